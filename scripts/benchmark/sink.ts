/** A server that takes bodies and says nothing to them, as a process of its own: so that only sending is measured. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    await request.arrayBuffer();
    return Response.json([]);
  },
});
console.log(`http://127.0.0.1:${server.port}/`);
