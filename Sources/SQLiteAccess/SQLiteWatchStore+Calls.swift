internal import Access
internal import CanonicalJSON
internal import Foundation
internal import GRDB
public import Watches

/// Calls that are sent again: their answers lie beside what they changed.
extension SQLiteWatchStore {
    /// `name` is the digest of client, endpoint and key; `webhook` and `generation` name the secret that the body was sent
    /// with, which is not kept.
    static let callTable = """
        CREATE TABLE call(
            name BLOB PRIMARY KEY, client TEXT NOT NULL, fingerprint BLOB NOT NULL, expiry INTEGER NOT NULL,
            status INTEGER NOT NULL, fields BLOB NOT NULL, body BLOB, webhook TEXT, generation INTEGER,
            size INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX call_client ON call(client, expiry, size);
        CREATE INDEX call_expiry ON call(expiry);
        """

    /// So many expired answers are forgotten with each new one, so that the table does not outlive its calls.
    private static let forgotten = 20

    /// See ``WatchStore``.
    public func ended(_ call: RepeatableCall) throws -> RepeatedCall? { try file.read { try Self.known(call, $0) } }

    /// See ``WatchStore``.
    public func once(_ call: RepeatableCall, _ act: () throws -> KeptAnswer) throws -> RepeatedCall {
        try file.change { db in
            // Another process may have carried it out since it was looked for.
            if let known = try Self.known(call, db) { return known }
            if let end = try Self.fullUntil(call, db) { return .full(until: end) }
            let answer = try act()
            try db.run(
                """
                INSERT OR REPLACE INTO call(
                    name, client, fingerprint, expiry, status, fields, body, webhook, generation, size)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .blob(call.name), call.client.text, .blob(call.fingerprint), call.expiry, answer.status,
                    Data(answer.fieldBytes), answer.body.map { Data($0) }, answer.secret?.webhook.text,
                    answer.secret?.generation, answer.size,
                ]
            )
            try db.run(
                "DELETE FROM call WHERE name IN (SELECT name FROM call WHERE expiry <= ? LIMIT ?)",
                [call.moment, Self.forgotten]
            )
            return .carriedOut(answer)
        }
    }

    private static func known(_ call: RepeatableCall, _ db: Database) throws -> RepeatedCall? {
        try db.first(
            "SELECT fingerprint, status, fields, body, webhook, generation FROM call WHERE name = ? AND expiry > ?",
            [.blob(call.name), call.moment]
        ) { row in
            guard try row.bytes(0) == call.fingerprint.bytes else { return .otherRequest }
            var answer = KeptAnswer(
                status: row[1],
                fields: try KeptAnswer.fields(row.bytes(2)),
                body: row.hasNull(atIndex: 3) ? nil : try row.bytes(3)
            )
            if let name = row[4] as String?, let generation = row[5] as Int? {
                guard let webhook = WebhookID(name) else { throw ClientRow.damage("kept answer") }
                answer.secret = KeptAnswer.SecretName(webhook: webhook, generation: generation)
            }
            return .answeredBefore(answer)
        }
    }

    /// nil where there is room for another answer.
    private static func fullUntil(_ call: RepeatableCall, _ db: Database) throws -> Int64? {
        try db.first(
            "SELECT count(*), total(size), min(expiry) FROM call WHERE client = ? AND expiry > ?",
            [call.client.text, call.moment]
        ) { row -> Int64? in
            guard row[0] as Int >= RepeatableCall.countLimit || row[1] as Double >= Double(RepeatableCall.sizeLimit)
            else {
                return nil
            }
            return row[2] as Int64?
        } ?? nil
    }

    /// Takes away the answers that are kept no more.
    /// - Parameter now: POSIX milliseconds.
    /// - Returns: how many.
    /// - Throws: ``AccessError``.
    @discardableResult
    public func pruneCalls(at now: Int64) throws -> Int {
        try file.change { db in
            try db.run("DELETE FROM call WHERE expiry <= ?", [now])
            return db.changesCount
        }
    }
}

extension Row {
    fileprivate func hasNull(atIndex index: Int) -> Bool { (self[index] as DatabaseValue).isNull }
}

extension KeptAnswer {
    fileprivate var fieldBytes: [UInt8] {
        JSONValue.array(fields.map { .array([.string($0.name), .string($0.value)]) }).canonical
    }

    fileprivate static func fields(_ bytes: [UInt8]) throws -> [Field] {
        guard let list = try? JSONValue(parsing: bytes).array else { throw ClientRow.damage("kept answer") }
        return try list.map { field in
            guard let pair = field.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string else {
                throw ClientRow.damage("kept answer")
            }
            return Field(name, value)
        }
    }
}
