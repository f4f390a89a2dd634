import type { OperationProblem } from './types.ts';

/** An operation that was not booked, with everything problem+json needs; only the API layer turns it into HTTP. */
export class ServiceError extends Error {
  readonly outcome: OperationProblem['outcome'];
  readonly code: string;
  readonly params: Record<string, unknown>;
  readonly transactionId: string | undefined;

  constructor(problem: OperationProblem, options?: ErrorOptions) {
    super(`${problem.code} (${problem.outcome})`, options);
    this.name = 'ServiceError';
    this.outcome = problem.outcome;
    this.code = problem.code;
    this.params = problem.params;
    this.transactionId = problem.transactionId;
  }
}
