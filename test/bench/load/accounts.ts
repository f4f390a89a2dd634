/** Currency of every bench. */
export const currency = 'CNY';
/** What each account holds before the first payment, in minor units. */
export const openingBalance = 100_000_000n;
const customersMax = 64;

/** Customers of each bank; accounts belong to them in turns. */
export const customerCount = (accountsPerBank: number): number => Math.min(customersMax, accountsPerBank);

/** The n-th account of a bank. */
export const accountId = (bank: string, index: number): string => `${bank}-b${String(index).padStart(7, '0')}`;
/** Which account of its bank an id names. */
export const accountIndex = (id: string): number => Number(id.slice(id.indexOf('-') + 2));
export const bankOf = (id: string): string => id.slice(0, id.indexOf('-'));
/** Customer id of the n-th customer of a bank. */
export const customerId = (bank: string, customer: number): string => `bench-${bank}-${customer}`;
