/**
 * One step of a fixture transaction. A case sends a list of them as JSON, so that what a transaction
 * does to the ledger stands in the case itself.
 */
export interface Step {
  do: string;
  key?: string;
  keys?: string[];
  value?: string;
  /** The value as hexadecimal bytes, for values that are not text. */
  valueHex?: string;
  collection?: string;
  start?: string;
  end?: string;
  /** Rows to read before the iterator is closed; all of them when absent. */
  limit?: number;
  pageSize?: number;
  bookmark?: string;
  objectType?: string;
  attributes?: string[];
  organizations?: string[];
  chaincode?: string;
  channel?: string;
  arguments?: string[];
  name?: string;
  message?: string;
  milliseconds?: number;
  count?: number;
}
