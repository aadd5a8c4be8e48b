// Things that outlive a reload, in this browser only: IndexedDB, one table for each use.
const NAME = "menura";
const TABLES = ["takes", "recordings", "uploads"];
const VERSION = 1;

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const table of TABLES) {
        if (!request.result.objectStoreNames.contains(table)) {
          request.result.createObjectStore(table, { keyPath: "id" });
        }
      }
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function run(table, mode, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(table, mode);
    const request = act(transaction.objectStore(table));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

// A table of objects with an `id`; values may hold Blobs and typed arrays.
function table(name) {
  return {
    all: () => run(name, "readonly", (store) => store.getAll()),
    get: (id) => run(name, "readonly", (store) => store.get(id)),
    put: (value) => run(name, "readwrite", (store) => store.put(value)),
    delete: (id) => run(name, "readwrite", (store) => store.delete(id)),
    clear: () => run(name, "readwrite", (store) => store.clear()),
  };
}

export const takes = table("takes");
export const recordings = table("recordings");
export const uploads = table("uploads");
