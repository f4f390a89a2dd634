import { schema } from './codec.ts';

export type StateDataMessage = {
  int64?: number | undefined;
  bytes?: Uint8Array | undefined;
  string?: string | undefined;
};
export const stateDataSchema = schema({ 1: ['int64', 'uint64?'], 2: ['bytes', 'bytes?'], 3: ['string', 'string?'] });
export type StateMetadataMessage = { datatype: string; fields: string[] };
export const stateMetadataSchema = schema({ 1: ['datatype', 'string'], 2: ['fields', 'string[]'] });
export type EndorsementInfoMessage = { version: string; initRequired: boolean; endorsementPlugin: string };
export const endorsementInfoSchema = schema({
  1: ['version', 'string'],
  2: ['initRequired', 'bool'],
  3: ['endorsementPlugin', 'string'],
});
export type ValidationInfoMessage = { validationPlugin: string; validationParameter: Uint8Array };
export const validationInfoSchema = schema({ 1: ['validationPlugin', 'string'], 2: ['validationParameter', 'bytes'] });
