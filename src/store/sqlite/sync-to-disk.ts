import { open } from "node:fs/promises";

/**
 * Has the disk keep a file's content, or the names in a directory, also when the power goes right after: syncing a file
 * does not sync its name (fsync(2)).
 */
export async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
