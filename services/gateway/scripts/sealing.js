// Seals a form to the intake, so that this device can deliver it and not read it: services/README.md, "Sealed forms".

const BYTES_MAX = 40 * 1024; // of the text: with it the form fits into what the gateway takes

export function bytesOf(text) {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function textOf(bytes) {
    let binary = "";
    for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
    return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytesOfId(id) {
    return Uint8Array.from(id.replaceAll("-", "").match(/../g), (pair) => parseInt(pair, 16));
}

function joined(...parts) {
    const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of parts) {
        all.set(part, at);
        at += part.length;
    }
    return all;
}

function infoOf(referral, sealedMs) {
    const time = new DataView(new ArrayBuffer(8));
    time.setBigInt64(0, BigInt(sealedMs));
    return joined(new TextEncoder().encode("concordat-form-1"), bytesOfId(referral), new Uint8Array(time.buffer));
}

// key: {id, point} of the intake, in base64 for URLs. fields: {name: text}. Resolves to what is posted to deliver it. The
// private half of the sender's key cannot leave this function.
export async function seal(key, referral, fields, sealedMs) {
    const text = new TextEncoder().encode(JSON.stringify({ fields }));
    if (text.length > BYTES_MAX) throw new RangeError("the form is too long to be sealed");
    const curve = { name: "ECDH", namedCurve: "P-256" };
    const point = bytesOf(key.point);
    const intake = await crypto.subtle.importKey("raw", point, curve, false, []);
    const pair = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
    const sender = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: intake }, pair.privateKey, 256);
    const derived = await crypto.subtle.deriveBits(
        { name: "HKDF", hash: "SHA-256", salt: joined(point, sender), info: infoOf(referral, sealedMs) },
        await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]), 44 * 8);
    const aes = await crypto.subtle.importKey("raw", derived.slice(0, 32), "AES-GCM", false, ["encrypt"]);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: derived.slice(32) }, aes, text);
    return { referral, key: key.id, sender: textOf(sender), sealed: textOf(sealed), sealed_ms: String(sealedMs) };
}
