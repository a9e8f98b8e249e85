import { REFUSAL_CODES } from '@cio-fleet/contracts';
import type { ProducerLogger } from '@cio-fleet/producer';
import type { Logger } from '@cio-fleet/telemetry';

const CODE = /^cio-fleet producer: ([A-Z_]+): /;

/**
 * What producers log, without refusals: those are the business of whoever sent the operation, who hears of each, and their
 * text names attributes that somebody chose. Metrics count them by code.
 */
export function producerLog(logger: Logger): ProducerLogger {
  return {
    warn: (message) => logger.warn({}, message),
    error(message) {
      const code = CODE.exec(message)?.[1];
      if (code !== undefined && Object.hasOwn(REFUSAL_CODES, code)) return logger.debug({ code }, 'operation refused');
      logger.error({}, message);
    },
  };
}
