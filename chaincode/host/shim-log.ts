import shimLogger, { type ShimLogger } from 'fabric-shim/lib/logger.js';

const LEVELS = ['debug', 'info'] as const;

// winston formats a line before it looks whether anybody wants its level, and the shim writes a dozen for every call.
// Only loggers that are asked for from now on look first.
const { getLogger } = shimLogger;
const known = new WeakSet<ShimLogger>();
shimLogger.getLogger = (name) => {
  const logger = getLogger(name);
  if (known.has(logger)) return logger;
  known.add(logger);
  for (const level of LEVELS) {
    const write = logger[level].bind(logger);
    logger[level] = (...parts) => (logger.isLevelEnabled(level) ? write(...parts) : logger);
  }
  return logger;
};

/** Sets the level from which the shim writes. */
export const setShimLogLevel = (level: string): void => shimLogger.setLevel(level);
