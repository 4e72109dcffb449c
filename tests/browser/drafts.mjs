// Waits until a page's store of half-written forms has so many rows: none, or a key and what is sealed under it.
export async function draftsAre(page, count) {
  while ((await page.evaluate(rows)) !== count) await page.waitForTimeout(50); // a store cannot notify us
}

async function rows() {
  const database = await new Promise((resolve) => {
    const opening = indexedDB.open("concordat");
    opening.onsuccess = () => resolve(opening.result);
  });
  const asking = database.transaction("drafts").objectStore("drafts").getAllKeys();
  await new Promise((resolve) => (asking.onsuccess = resolve));
  database.close();
  return asking.result.length;
}
