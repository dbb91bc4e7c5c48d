/** Small disks in memory, at a folder: only root can mount them. */

export const isRoot = process.getuid?.() === 0;

function run(...command: string[]): void {
  const { success, stderr } = Bun.spawnSync(command, { stderr: "pipe" });
  if (!success) throw new Error(`${command.join(" ")}: ${stderr.toString()}`);
}

/** Works on a disk of so many pages of 4 KiB. */
export async function onSmallDisk(folder: string, pages: number, work: () => Promise<void>): Promise<void> {
  run("mkdir", "-p", folder);
  run("mount", "-t", "tmpfs", "-o", `size=${4 * pages}k,mode=700`, "tmpfs", folder);
  try {
    await work();
  } finally {
    run("umount", "--lazy", folder);
  }
}

/** Makes the disk read-only on which one works. */
export const makeReadOnly = (folder: string): void => run("mount", "-o", "remount,ro", folder);
