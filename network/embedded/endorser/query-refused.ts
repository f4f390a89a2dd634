/** A query that a system chaincode refuses; the text becomes the response's message with status 500. */
export class QueryRefused extends Error {}
