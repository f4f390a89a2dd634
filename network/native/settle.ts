/** The result of work, or the words with which it failed: a node that does not answer is a fact, not a failure. */
export async function settle<Value>(work: Promise<Value>): Promise<{ value?: Value; error?: string }> {
  try {
    return { value: await work };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
