// Speaks graphql-transport-ws with the reference client: node socket.mjs ws://… '<subscription>' <events>
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url, query = 'subscription { count(to: 3) }', events = '3'] = process.argv.slice(2);
if (!url) {
  console.error('usage: node socket.mjs <url> [subscription] [events]');
  process.exit(2);
}
const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
let seen = 0;
try {
  for await (const result of client.iterate({ query })) {
    if (result.errors) throw new Error(JSON.stringify(result.errors));
    seen += 1;
    if (seen === Number(events)) break;
  }
  for await (const result of client.iterate({ query: '{ __typename }' })) {
    if (result.data?.__typename === undefined) throw new Error('no answer to a query');
  }
} catch (error) {
  console.error(error);
  process.exit(1);
} finally {
  await client.dispose();
}
console.log(`${seen}/${events} events`);
process.exit(seen === Number(events) ? 0 : 1);
