export type { OutboxItem } from './outbox-items.ts';
export type { PaymentStatus } from './schemas.ts';
