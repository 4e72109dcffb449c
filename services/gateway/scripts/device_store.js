// What this device keeps for somebody who has no signal: sealed forms, and what seals and delivers the next ones. Nothing
// here can be read as a referral.

const STORES = {
    waiting: "referral", // sealed forms, until somebody has them: see delivering.js
    rights: "referral", // each lets this device deliver one referral, once
    known: "name", // the intake's key, and whom to ring
    drafts: "name", // half-written forms, sealed under a key that stands beside them: see draft.js
};

// What a form holds that nobody typed: it is not kept.
export const NOT_TYPED = ["token", "referral", "command", "page", "by", "go"];

let opened;

function open() {
    opened ??= new Promise((resolve, reject) => {
        const request = indexedDB.open("concordat", 1);
        request.onupgradeneeded = () => {
            for (const [name, keyPath] of Object.entries(STORES)) request.result.createObjectStore(name, { keyPath });
        };
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    return opened;
}

// Runs an action on stores, all or nothing: it is on disk when this resolves.
async function transact(names, mode, act) {
    const database = await open();
    const transaction = database.transaction(names, mode, { durability: "strict" });
    const done = new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
    });
    const request = act(...[names].flat().map((name) => transaction.objectStore(name)));
    await done;
    return request?.result;
}

export const get = (store, key) => transact(store, "readonly", (s) => s.get(key));
export const all = (store) => transact(store, "readonly", (s) => s.getAll());
export const put = (store, row) => transact(store, "readwrite", (s) => s.put(row));
export const remove = (store, key) => transact(store, "readwrite", (s) => s.delete(key));
export const empty = (store) => transact(store, "readwrite", (s) => s.clear());

// A sealed form is kept and its right is used up in one step, so that no right is used for two.
export const keep = (row) =>
    transact(["waiting", "rights"], "readwrite", (waiting, rights) => {
        rights.delete(row.referral);
        return waiting.put(row);
    });

// Adds the rights of a page, and notes the page, so that its used ones do not come back when it is shown again.
export const addRights = (page, rows) =>
    transact(["rights", "known"], "readwrite", (rights, known) => {
        for (const row of rows) rights.put(row);
        known.put({ name: "page", page });
    });
