/** Days past due, by the first and last day of each bucket. */
export const BUCKETS = [
  { name: 'current', from: 0, to: 0 },
  { name: '1-3', from: 1, to: 3 },
  { name: '4-30', from: 4, to: 30 },
  { name: '31-60', from: 31, to: 60 },
  { name: '61-90', from: 61, to: 90 },
  { name: '91-120', from: 91, to: 120 },
  { name: '121-150', from: 121, to: 150 },
  { name: '151-180', from: 151, to: 180 },
  { name: '181-240', from: 181, to: 240 },
  { name: '241+', from: 241, to: Number.MAX_SAFE_INTEGER },
] as const;
export type BucketName = (typeof BUCKETS)[number]['name'];
export const BUCKET_NAMES = BUCKETS.map(({ name }) => name) as readonly BucketName[];

/** The bucket of so many days past due. */
export const bucketOf = (daysPastDue: number): BucketName =>
  BUCKETS.find(({ to }) => daysPastDue <= to)?.name ?? '241+';
