// Package contract holds what package api sends, and what package simaccount answers, against Cloudflare's OpenAPI documents.
//
// It is a module of its own, because the validator is large and the product does not need it. Its test drives every operation of
// api.Operations through a real api.Client against a simaccount.Server on loopback, records each exchange and validates both of its
// sides. What differs on purpose stands in one table, Differences, with the reason; everything else is a failure, and so is an
// entry of the table that explains nothing any more.
//
// What Cloudflare's documents do not have at all is held against a fragment of our own (fragment.yaml), written from the types of its
// SDKs. It is unconfirmed, and what is found there is counted apart.
//
// The documents are not part of the repository. They are looked for in ../shared/openapi beside it, or in the folder that the
// environment variable OPENAPI names; without them the tests are skipped.
package contract
