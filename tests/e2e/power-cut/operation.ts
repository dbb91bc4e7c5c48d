/** What a process asked of the disk and said to the world, in this order. */
export type Operation =
  /** Made, unless the name is taken. */
  | { readonly kind: "create"; readonly path: string }
  | { readonly kind: "open"; readonly file: FileHandle }
  | { readonly kind: "write"; readonly file: FileHandle; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: "truncate"; readonly file: FileHandle; readonly length: number }
  | { readonly kind: "sync"; readonly file: FileHandle }
  | { readonly kind: "link" | "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "unlink" | "mkdir"; readonly path: string }
  /** Bytes that left the process: to standard output, standard error or a socket. */
  | { readonly kind: "say"; readonly to: "stdout" | "stderr" | "network"; readonly bytes: Uint8Array };

/** An open file or directory by the name it was opened under, and when: names change, open files do not. */
export interface FileHandle {
  readonly path: string;
  /** Position in the list of operations when it was opened. */
  readonly openedAt: number;
}
