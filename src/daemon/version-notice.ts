/** The notice of a newer version that the API announces. */
import type { Log } from "../operations/log.ts";
import { version } from "../version.ts";

/** A notice is repeated at most once an hour. */
const REPEAT_AFTER = 3_600_000;

function isNewer(candidate: string, than: string): boolean {
  const parts = (text: string): number[] => text.split(/[.+-]/, 3).map(Number);
  const [theirs, ours] = [parts(candidate), parts(than)];
  for (let at = 0; at < 3; at++) {
    const difference = (theirs[at] ?? 0) - (ours[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** Tells the operator of it; the API announces a version as `version;level;message`. */
export function createVersionNotice(log: Log): (announcement: string) => void {
  let told = { announcement: "", at: Number.NEGATIVE_INFINITY };
  return (announcement) => {
    const [latest, level, message] = announcement.slice(0, 500).split(";", 3);
    if (latest === undefined || level === undefined || message === undefined) return;
    if (!/^\d+\.\d+\.\d+/.test(latest) || !isNewer(latest, version)) return;
    const now = performance.now();
    if (told.announcement === announcement && now - told.at < REPEAT_AFTER) return;
    told = { announcement, at: now };
    const text = `${message}. Current version: ${version}. Latest version: ${latest}`;
    const tell = level.toUpperCase() === "ERROR" ? log.error : log.warn;
    tell(text, { action: "version-announced", labels: { latest_version: latest } });
  };
}
