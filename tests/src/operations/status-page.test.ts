/** The status page in a real browser: it keeps itself up to date, asks nobody else, and shows what it is told as text. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import type { MetricsSource } from "../../../src/operations/collect-metrics.ts";
import { Listener } from "../../../src/operations/listener.ts";
import { createLog } from "../../../src/operations/log.ts";
import type { DaemonStatus } from "../../../src/operations/status.ts";
import { StatusEvents } from "../../../src/operations/status-page.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";

// A browser is started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const PATIENCE = 20_000;
const browserPath = Bun.which("chromium") ?? Bun.which("chromium-browser") ?? Bun.which("google-chrome");
if (browserPath === null)
  console.warn("There is no Chromium: the tests of the status page in a browser are skipped.");

/** Where a picture of the page is to be written, for the documents; nowhere in a usual run. */
const picture = process.env["STATUS_PAGE_PICTURE"];

const HOSTILE = '<img src="http://127.0.0.1:9/x" onerror="document.title=1">';

function sampleStatus(count: number): DaemonStatus {
  const at = "2026-11-28T12:00:00.000Z";
  const id = (number: number): string => number.toString(16).padStart(24, "5f0c");
  const job = (state: string, problem: string) => (_: unknown, number: number) => ({
    id: id(number),
    chain: ["ETH", "BTC", "SOL"][number % 3] ?? "ETH",
    state,
    since: "2026-11-28T11:48:00.000Z",
    problem,
  });
  const chain = (_: unknown, number: number) => ({
    chain: ["BTC", "ETH", "SOL", "XRP"][number] ?? `C${number}`,
    wallets: number + 1,
    lease: "held" as const,
    lastPoll: "2026-11-28T11:59:57.000Z",
    done: 1284 - number,
    failed: number % 2,
  });
  return {
    version: "9.0.0",
    pid: 1,
    vaultId: "9e382f50191fed533666f38bd7dfed1d",
    network: "mainnet",
    startedAt: "2026-11-25T12:00:00.000Z",
    at,
    ready: true,
    reasons: [],
    wallets: 12,
    period: 5,
    chains: Array.from({ length: count }, chain),
    jobs: { seen: 1, denied: 2, sent: 1, done: 5_136, parked: 2 },
    queue: { jobs: 4, oldestSeconds: 720 },
    waiting: Array.from({ length: count }, job("denied", "the four-eye server answered HTTP 403")),
    parked: Array.from({ length: count }, job("parked", "nonce too low: the API refused the bytes 12 times")),
    limit: { perSecond: 5, waiting: 0, pausedSeconds: 0 },
    troubles: [],
  };
}

let status = sampleStatus(3);
let listener: Listener;
let url: string;

beforeAll(async () => {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line) });
  listener = await Listener.open({ kind: "tcp", host: "127.0.0.1", port: 0 }, log);
  url = /http:\S+/.exec(lines.join(""))?.[0] ?? "";
});
afterAll(() => listener.close());

function unlock(): void {
  listener.unlocked({ collector: { status: async () => status }, metrics: {} as MetricsSource });
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: { readonly result?: { readonly value?: unknown }; readonly data?: string };
}

/** A page in a browser of its own, by the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/). */
class Page {
  readonly #browser: ReturnType<typeof Bun.spawn>;
  readonly #folder: TemporaryFolder;
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly requested: string[] = [];
  readonly complaints: string[] = [];
  #asked = 0;

  private constructor(browser: ReturnType<typeof Bun.spawn>, folder: TemporaryFolder, socket: WebSocket) {
    this.#browser = browser;
    this.#folder = folder;
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#heard(JSON.parse(String(data)) as Message);
  }

  static async open(): Promise<Page> {
    const folder = new TemporaryFolder();
    const flags = [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-dev-shm-usage",
    ];
    const browser = Bun.spawn(
      [
        browserPath ?? "",
        ...flags,
        "--remote-debugging-port=0",
        `--user-data-dir=${folder.path}`,
        "about:blank",
      ],
      { stdout: "ignore", stderr: "ignore", env: { HOME: folder.path, PATH: process.env["PATH"] ?? "" } },
    );
    try {
      const page = new Page(browser, folder, await Page.#connect(folder.at("DevToolsActivePort")));
      for (const domain of ["Page", "Network", "Log", "Runtime"]) await page.send(`${domain}.enable`);
      return page;
    } catch (failure) {
      await Page.#end(browser, folder);
      throw failure;
    }
  }

  /** @param file in which the browser tells its port */
  static async #connect(file: string): Promise<WebSocket> {
    const told = (): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
    await becomes("the browser", async () => told().includes("\n"));
    const [port] = told().split("\n");
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      readonly type: string;
      readonly webSocketDebuggerUrl: string;
    }[];
    const socket = new WebSocket(targets.find(({ type }) => type === "page")?.webSocketDebuggerUrl ?? "");
    await new Promise((done, failed) => {
      socket.onopen = done;
      socket.onerror = failed;
    });
    return socket;
  }

  static async #end(browser: ReturnType<typeof Bun.spawn>, folder: TemporaryFolder): Promise<void> {
    browser.kill("SIGKILL");
    await browser.exited;
    folder.remove();
  }

  #heard({ id, method, params = {}, ...message }: Message): void {
    if (id !== undefined) this.#answers.get(id)?.({ id, ...message });
    if (method === "Network.requestWillBeSent")
      this.requested.push((params["request"] as { readonly url: string }).url);
    if (
      method === "Log.entryAdded" ||
      method === "Runtime.exceptionThrown" ||
      method === "Runtime.consoleAPICalled"
    )
      this.complaints.push(JSON.stringify(params));
  }

  send(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<Message> {
    const id = ++this.#asked;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  async value(expression: string): Promise<unknown> {
    return (await this.send("Runtime.evaluate", { expression })).result?.result?.value;
  }

  async shows(text: string): Promise<void> {
    await becomes(`${text} on the page`, async () =>
      String(await this.value("document.body.innerText")).includes(text),
    );
  }

  async scheme(value: "light" | "dark"): Promise<unknown> {
    await this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] });
    return this.value("getComputedStyle(document.body).backgroundColor");
  }

  async close(): Promise<void> {
    this.#socket.close();
    await Page.#end(this.#browser, this.#folder);
  }
}

async function becomes(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`Waited in vain for ${what}.`);
    await Bun.sleep(50);
  }
}

describe.if(browserPath !== null)("in a browser", () => {
  let page: Page;
  beforeAll(async () => {
    page = await Page.open();
    await page.send("Page.navigate", { url: `${url}/` });
  });
  // There is none where it could not be opened.
  afterAll(() => page?.close());

  test("the page says that the vault is not unlocked, and what the daemon does once it is", async () => {
    await page.shows("waits until the vault is unlocked");
    unlock();
    await page.shows("is ready");
    for (const text of [
      "mainnet",
      "5 a second".replace("5", "5.0"),
      "the four-eye server answered HTTP 403",
      "BTC",
      "3 s ago",
      "5136",
    ])
      await page.shows(text);
  });

  test("news come by themselves, without the page being loaded again", async () => {
    await page.value("window.isSame = true");
    status = { ...status, ready: false, reasons: ["the API answered no poll for 15 s"] };
    await page.shows("is not ready");
    await page.shows("the API answered no poll for 15 s");
    expect(await page.value("window.isSame")).toBe(true);
    status = sampleStatus(3);
    await page.shows("is ready");
  });

  test("it is light or dark as the person wants", async () => {
    const light = await page.scheme("light");
    const dark = await page.scheme("dark");
    expect(light).toBe("rgb(246, 247, 249)");
    expect(dark).toBe("rgb(20, 23, 28)");
    if (picture !== undefined) {
      await page.send("Emulation.setDeviceMetricsOverride", {
        width: 1000,
        height: 1060,
        deviceScaleFactor: 1,
        mobile: false,
      });
      await page.scheme("light");
      const shot = await page.send("Page.captureScreenshot", { format: "png" });
      await Bun.write(picture, Buffer.from(shot.result?.data ?? "", "base64"));
    }
  });

  test("two hundred chains and jobs all have their row, and no text becomes markup", async () => {
    status = { ...sampleStatus(200), reasons: [HOSTILE], ready: false };
    await page.shows(HOSTILE);
    for (const id of ["chains", "parked", "waiting"])
      expect(await page.value(`document.querySelectorAll("#${id} tbody tr").length`)).toBe(200);
    expect(await page.value("document.images.length")).toBe(0);
  });

  test("nothing is asked of anybody else, and nothing broke the policy of the page", async () => {
    const asked = page.requested.filter((address) => !address.startsWith("data:"));
    expect(asked.length).toBeGreaterThanOrEqual(2);
    for (const address of asked) expect(address).toStartWith(`${url}/`);
    expect(page.complaints).toEqual([]);
  });

  test("a script or style that is not the page's own is not run", async () => {
    await page.value(
      "const added = document.createElement('style'); added.textContent = 'body { opacity: 0 }'; document.head.append(added)",
    );
    expect(await page.value("getComputedStyle(document.body).opacity")).toBe("1");
  });
});

describe("the stream", () => {
  test("keeps nothing for a page that does not read but what it was told last, and tells the newest once it reads", async () => {
    const { promise: isAskedOften, resolve } = Promise.withResolvers<void>();
    let asked = 0;
    const events = new StatusEvents(async () => {
      if (++asked === 5) resolve();
      return { ...sampleStatus(1), wallets: asked };
    });
    const reader = events.watch()?.body?.getReader();
    const wallets = async (): Promise<number> => {
      const { value } = (await reader?.read()) ?? {};
      return Number(/"wallets":(\d+),"period"/.exec(String(value))?.[1]);
    };
    await isAskedOften;
    expect(await wallets()).toBe(1);
    expect(await wallets()).toBeGreaterThanOrEqual(5);
    events.close();
  });

  test("holds no place for who asks for its head alone", async () => {
    for (let times = 0; times < 20; times++)
      expect((await fetch(`${url}/events`, { method: "HEAD" })).status).toBe(200);
  });

  test("is refused to the seventeenth page, and its place is free once one is closed", async () => {
    const pages = Array.from({ length: 16 }, () => new AbortController());
    const open = async ({ signal }: AbortController) => fetch(`${url}/events`, { signal });
    const streams = [];
    for (const one of pages) {
      const answer = await open(one);
      if (answer.status === 200) streams.push(answer);
    }
    const refused = await open(new AbortController());
    expect(refused.status).toBe(503);
    for (const one of pages) one.abort();
    await becomes("a free place", async () => {
      const one = new AbortController();
      const { status: code } = await open(one);
      one.abort();
      return code === 200;
    });
    expect(streams.length).toBeGreaterThanOrEqual(15);
  });
});

test("the page's policy lets nothing in but its own style, script and events", async () => {
  const answer = await fetch(`${url}/`);
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toStartWith("default-src 'none'; ");
  expect(policy).not.toContain("unsafe");
  expect(policy).not.toContain("*");
  expect(await answer.text()).not.toMatch(/https?:\/\//);
});
