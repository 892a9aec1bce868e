// Runs every audit of graphql-http against a server: node audit.mjs http://127.0.0.1:8080/graphql
// Ends with 1 unless all of them are ok, the optional ones too.
import { auditServer } from 'graphql-http';

const url = process.argv[2];
if (!url) {
  console.error('usage: node audit.mjs <url>');
  process.exit(2);
}
const EXPECTED = 61;
const results = await auditServer({ url, fetchFn: fetch });
const failed = results.filter((result) => result.status !== 'ok');
for (const { id, name, status, reason } of failed) {
  console.error(`${status} ${id} ${name}: ${reason}`);
}
console.log(`${results.length - failed.length}/${results.length} audits ok`);
process.exit(failed.length === 0 && results.length === EXPECTED ? 0 : 1);
