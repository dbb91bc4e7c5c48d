#!/usr/bin/env node
/**
 * Starts the executable of this platform, which npm installed beside this package, in the place of this process where Node.js
 * can do that, else as its child that gets its signals.
 */
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const scope = "@tatumio/tatum-kms";
/** The status of a service that is not there (sysexits.h). */
const UNAVAILABLE = 69;
/** A process that a signal ended is told by the shell as this and the signal's number. */
const ENDED_BY_SIGNAL = 128;

function platformPackages() {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `${scope}-${system}-${process.arch}`;
  if (system !== "linux") return [name];
  const isGlibc = process.report?.getReport().header.glibcVersionRuntime !== undefined;
  return isGlibc ? [name, `${name}-musl`] : [`${name}-musl`, name];
}

function findExecutable() {
  const file = process.platform === "win32" ? "tatum-kms.exe" : "tatum-kms";
  for (const name of platformPackages()) {
    try {
      return require.resolve(`${name}/${file}`);
    } catch {
      // Another C library, perhaps.
    }
  }
  const [name] = platformPackages();
  console.error(
    JSON.stringify({
      error: `There is no tatum-kms for this platform: the package ${name} is not installed.`,
      code: "CONFIGURATION",
      hint: "Install without --omit=optional; which platforms there are stands in the README.",
    }),
  );
  return process.exit(UNAVAILABLE);
}

function runAsChild(executable, words) {
  const child = spawn(executable, words, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM"]) {
    // A terminal tells the whole group; a service manager this process alone.
    process.on(signal, () => child.kill(signal));
  }
  child.on("error", (error) => {
    console.error(
      JSON.stringify({ error: `tatum-kms cannot be started (${error.code}).`, code: "CONFIGURATION" }),
    );
    process.exit(UNAVAILABLE);
  });
  child.on("exit", (status, signal) => process.exit(status ?? ENDED_BY_SIGNAL + constants.signals[signal]));
}

const executable = findExecutable();
const words = process.argv.slice(2);
if (typeof process.execve === "function" && process.platform !== "win32") {
  // It is told to be experimental; if it fails, the process ends with a message.
  process.emitWarning = () => undefined;
  process.execve(executable, [executable, ...words], process.env);
} else {
  runAsChild(executable, words);
}
