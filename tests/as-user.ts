/** Runs a part of a test as another user, as root alone can. */
export const isRoot = process.getuid?.() === 0;

/** Numbers of users that no file of the machine belongs to. */
export const US = 2001;
export const SOMEBODY = 2002;

/** What `work` gives, or throws, when user `user` does it. */
export function asUser<Result>(user: number, work: () => Result): Result {
  process.seteuid?.(user);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}
