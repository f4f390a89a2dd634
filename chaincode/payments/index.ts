export type { OutboxItem } from './outbox-items.ts';
export type { PaymentStatus } from './schemas.ts';
export { holdText, paymentText, refundText } from './signing-texts.ts';
