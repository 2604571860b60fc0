// What can be said to `pnpm fault-proxy` while it runs.
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { FaultProxy } from "@simple-video-chat/protocol/testing";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { obeyProxyCommand, proxyCommandsHelp } from "../../faults/proxy-commands.ts";

test("does what a line says, to the connections that there are", async () => {
  const echo = createServer((socket) => socket.pipe(socket).on("error", () => {})).listen(0, "127.0.0.1");
  await once(echo, "listening");
  const proxy = await FaultProxy.start({ targetPort: (echo.address() as AddressInfo).port });
  const socket = connect({ port: proxy.port, host: "127.0.0.1" }).on("error", () => {});
  const answers: string[] = [];
  socket.setEncoding("utf8").on("data", (text: string) => answers.push(text));
  try {
    socket.write("a");
    await once(socket, "data");
    assert.is(obeyProxyCommand(proxy, "stall back"), "stalled: back");
    socket.write("b");
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(answers, ["a"]);
    assert.is(obeyProxyCommand(proxy, " delay 5 forth "), "delay 5: forth");
    assert.is(obeyProxyCommand(proxy, "release"), "released: both");
    await once(socket, "data");
    assert.equal(answers.join(""), "ab");
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    assert.is(obeyProxyCommand(proxy, "reset"), "reset");
    await closed;
  } finally {
    proxy.close();
    socket.destroy();
    echo.close();
  }
});

test("says what is wrong with a line, and which there are", async () => {
  const proxy = await FaultProxy.start({ targetPort: 1 });
  try {
    assert.ok(obeyProxyCommand(proxy, "explode").includes(proxyCommandsHelp));
    assert.match(obeyProxyCommand(proxy, "delay soon"), /takes a number/);
    assert.match(obeyProxyCommand(proxy, "rate 1"), /not a bitrate/);
    assert.match(obeyProxyCommand(proxy, "half-close"), /forth or back/);
    assert.is(obeyProxyCommand(proxy, "rate 300k back"), "rate 300000: back");
  } finally {
    proxy.close();
  }
});

test.run();
