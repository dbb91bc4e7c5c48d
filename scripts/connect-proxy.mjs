/**
 * A proxy for scripts/from-nothing.sh: `listen SOCKET` takes CONNECT requests (RFC 9110, section 9.3.6) on a socket in the file
 * system and prints each host; `relay SOCKET PORT COMMAND...` runs a command in a network without a way out, of which the port on
 * 127.0.0.1 leads to that socket. Anything but CONNECT is refused. For the test alone: it lets everybody go everywhere.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { connect, createServer as createSocketServer } from "node:net";

function join(one, other) {
  for (const socket of [one, other])
    socket.on("error", () =>
      [one, other].forEach((end) => {
        end.destroy();
      }),
    );
  one.pipe(other).pipe(one);
}

function listen(path) {
  const proxy = createServer((request, response) => {
    console.log(`refused: ${request.method} ${request.url}`);
    response.writeHead(405).end();
  });
  proxy.on("connect", (request, client) => {
    const { hostname, port } = new URL(`https://${request.url}`);
    console.log(hostname);
    const server = connect(Number(port) || 443, hostname, () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    });
    join(client, server);
  });
  proxy.listen(path);
}

function relay(path, port, command) {
  const server = createSocketServer((client) => join(client, connect(path)));
  server.listen(Number(port), "127.0.0.1", () => {
    const child = spawn(command[0], command.slice(1), { stdio: "inherit" });
    child.on("close", (status) => process.exit(status ?? 1));
  });
}

const [role, path, port, ...command] = process.argv.slice(2);
if (role === "listen") listen(path);
else relay(path, port, command);
