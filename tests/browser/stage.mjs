// The stage of the tests, started by Python: real programs behind nginx, and people who may sign in.
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import path from "node:path";
import { createInterface } from "node:readline";

export class Stage {
  // Resolves when the pages are there.
  static async open(source, build) {
    const stage = new Stage();
    const script = path.join(import.meta.dirname, "stage_server.py");
    stage.process = spawn("/usr/bin/python3", ["-B", script, source, build], { stdio: ["pipe", "pipe", "inherit"] });
    stage.ended = new Promise((resolve) => stage.process.once("exit", resolve));
    stage.lines = createInterface({ input: stage.process.stdout })[Symbol.asyncIterator]();
    Object.assign(stage, await stage.next());
    return stage;
  }

  async next() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the stage has ended: see what it said above");
    return JSON.parse(value);
  }

  // Calls a function of stage_server.py; one at a time.
  async call(name, ...words) {
    this.process.stdin.write(`${JSON.stringify([name, ...words])}\n`);
    return this.next();
  }

  // A person by role, or by whom they work for: "team", "emergency-department".
  person(who, at = 0) {
    return this.people.filter((person) => person.role === who || person.of === who)[at];
  }

  // Nobody has a session any more: the gateway began anew.
  forgetSessions() {
    for (const person of this.people) delete person.cookies;
  }

  async close() {
    this.process.stdin.end();
    await this.ended;
  }
}

const aWhile = () => new Promise((resolve) => setTimeout(resolve, 200));

// RFC 6238, as an app on a telephone makes it. Each counts once, so a person's next one may be of the next half minute; one
// that is further ahead does not count yet, so whoever signs in that often waits for it.
export async function freshCode(person) {
  // 5 s: it must count when it comes there too.
  const step = Math.max(Math.floor((Date.now() + 5000) / 30000) - 1, (person.used ?? 0) + 1);
  person.used = step;
  while (step > Math.floor((Date.now() - 5000) / 30000) + 1) await aWhile();
  const counter = Buffer.alloc(8);
  counter.writeBigInt64BE(BigInt(step));
  const mac = createHmac("sha1", bytesOfBase32(person.secret)).update(counter).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
  return String(number % 1000000).padStart(6, "0");
}

function bytesOfBase32(text) {
  const bits = [...text].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}
