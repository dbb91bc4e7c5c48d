const silence = (): void => undefined;

/** For the AWS SDK, which otherwise writes warnings to the console. */
export const silentLogger = {
  trace: silence,
  debug: silence,
  info: silence,
  warn: silence,
  error: silence,
};
