// A resident with a current application: matrix-js-sdk with Rust crypto, leaving out devices nobody signed.
// Driven by one JSON object a line on stdin; tells what it sees by one JSON object a line on stdout.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, url, user, password] = process.argv.slice(2);
const require = createRequire(`${folder}/package.json`);
const sdk = await import(pathToFileURL(require.resolve("matrix-js-sdk")).href);
const api = await import(pathToFileURL(require.resolve("matrix-js-sdk/lib/crypto-api/index.js")).href);

const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const quiet = () => {};
const logger = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, getChild: () => logger };

const login = await sdk.createClient({ baseUrl: url, logger }).loginRequest({
    type: "m.login.password",
    identifier: { type: "m.id.user", user },
    password,
});
const client = sdk.createClient({
    baseUrl: url,
    userId: login.user_id,
    deviceId: login.device_id,
    accessToken: login.access_token,
    logger,
});
await client.initRustCrypto({ useIndexedDB: false });
const crypto = client.getCrypto();
crypto.setDeviceIsolationMode(new api.OnlySignedDevicesIsolationMode());

async function show(event) {
    if (event.getSender() === login.user_id) return;
    await client.decryptEventIfNeeded(event);
    if (event.isBeingDecrypted()) await event.getDecryptionPromise();
    tell({
        what: "event",
        room: event.getRoomId(),
        id: event.getId(),
        type: event.getType(),
        encrypted: event.isEncrypted(),
        failed: event.isDecryptionFailure(),
        content: event.getContent(),
    });
}
client.on(sdk.RoomEvent.Timeline, (event, room, toStart) => {
    if (!toStart) show(event);
});
client.on(sdk.MatrixEventEvent.Decrypted, (event) => {
    if (!event.isDecryptionFailure()) show(event);
});
await client.startClient({ initialSyncLimit: 20 });
await new Promise((done) => client.once(sdk.ClientEvent.Sync, done));
await crypto.bootstrapCrossSigning({
    authUploadDeviceSigningKeys: (upload) =>
        upload({ type: "m.login.password", identifier: { type: "m.id.user", user }, password }),
});
tell({ what: "ready", user: login.user_id });

const orders = {
    async room({ invite, encrypted }) {
        const state = encrypted
            ? [{ type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } }]
            : [];
        const made = await client.createRoom({
            preset: "trusted_private_chat",
            is_direct: true,
            invite: [invite],
            initial_state: state,
        });
        return { room: made.room_id };
    },
    async joined({ room, who }) {
        const members = client.getRoom(room)?.getJoinedMembers() ?? [];
        return { joined: members.some((one) => one.userId === who) };
    },
    async send({ room, type, content }) {
        const sent = await client.sendEvent(room, type ?? "m.room.message", content);
        return { event: sent.event_id };
    },
};
for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    try {
        tell({ what: "done", ...(await orders[order.do](order)) });
    } catch (error) {
        tell({ what: "done", error: String(error) });
    }
}
process.exit(0);
