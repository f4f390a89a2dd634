/** Buckets of days past due; each but the first and the last is named by its first and last day. */
export const BUCKET_NAMES = [
  'current',
  '1-3',
  '4-30',
  '31-60',
  '61-90',
  '91-120',
  '121-150',
  '151-180',
  '181-240',
  '241+',
] as const;
export type BucketName = (typeof BUCKET_NAMES)[number];

/** The last day of each bucket but the last. */
const LAST_DAYS = [0, 3, 30, 60, 90, 120, 150, 180, 240];

/** The bucket of so many days past due. */
export function bucketOf(daysPastDue: number): BucketName {
  const place = LAST_DAYS.findIndex((last) => daysPastDue <= last);
  return BUCKET_NAMES[place] ?? '241+';
}
