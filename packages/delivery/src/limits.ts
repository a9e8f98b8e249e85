/** How large a request may be. */
export interface DeliveryLimits {
  /**
   * Bytes that the JSON body of a request stays below. Customer.io says "less than 500 KB" without saying which KB.
   * @defaultValue 500_000
   * @see https://docs.customer.io/integrations/api/track/
   */
  readonly maxBodyBytes: number;
  /**
   * Operations in one request. Customer.io names no limit; others keep to 1,000.
   * @defaultValue 1_000
   */
  readonly maxBatchOperations: number;
  /**
   * Bytes of one operation as JSON. A larger one travels alone, so that a refusal hits nothing else.
   * @defaultValue 32_000
   */
  readonly maxOperationBytes: number;
  /**
   * Attributes of one identify.
   * @defaultValue 300
   */
  readonly maxAttributes: number;
}

export const DEFAULT_LIMITS = {
  maxBodyBytes: 500_000,
  maxBatchOperations: 1_000,
  maxOperationBytes: 32_000,
  maxAttributes: 300,
} as const satisfies DeliveryLimits;
