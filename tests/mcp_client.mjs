// A client of the official TypeScript SDK. It reads lines of JSON: {method, ...}; what each came to is a line of JSON.
// The SDK validates every structured answer against the output schema that the tool declared.
//
//     node mcp_client.mjs stdio COMMAND ARGUMENT...   or   node mcp_client.mjs http URL TOKEN
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [kind, first, ...rest] = process.argv.slice(2);
const transport =
  kind === "stdio"
    ? new StdioClientTransport({ command: first, args: rest, env: process.env, stderr: "ignore" })
    : new StreamableHTTPClientTransport(new URL(first), {
        requestInit: { headers: { Authorization: `Bearer ${rest[0]}` } },
      });
const client = new Client({ name: "test", version: "1" });
await client.connect(transport);
const methods = {
  tools: () => client.listTools(),
  prompts: () => client.listPrompts(),
  templates: () => client.listResourceTemplates(),
  call: ({ name, arguments: given }) =>
    client.callTool({ name, arguments: given }, undefined, { timeout: 60_000, resetTimeoutOnProgress: true, onprogress: () => {} }),
  prompt: ({ name, task }) => client.getPrompt({ name, arguments: { task } }),
  read: ({ uri }) => client.readResource({ uri }),
};
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let said;
  try {
    said = await methods[asked.method](asked);
  } catch (error) {
    said = { error: String(error) };
  }
  console.log(JSON.stringify(said));
}
await client.close();
