import CreditModel
import CreditStore
import Foundation
import GRDB
@testable import SQLiteStore
import Testing

/// A dataset of a million records, which were not taken one by one but copied from the first.
@Suite("A million records", .serialized)
struct MillionTests {
    private static let count = 1_000_000

    private static func key(_ number: Int) -> String { "K" + String(String(Self.count + number).dropFirst()) }

    private func filled(_ dataset: DatasetID, file: Int64?) throws -> Desk {
        let desk = try Desk()
        let sequence = file.map { $0 << 32 } ?? 0
        if let file {
            try desk.put([], in: dataset, events: [.fileBegan(number: file, name: "f", digest: "d")])
        }
        try desk.put([Desk.version(Self.key(0), "n", at: 10, sequence: sequence, file: file)], in: dataset)
        try desk.store.write { db in
            let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(Self.count - 1))"
            try db.execute(
                sql: """
                    INSERT INTO record(id, dataset, key, restricted, shown, test, seen, current, modified, sequence, source,
                        roles, links)
                    \(numbers) SELECT i + 1, dataset, printf('K%06d', i), 0, 1, 0, 0, (i + 1) << 20, 10, sequence,
                        (i + 1) << 20, roles, x'' FROM n CROSS JOIN record WHERE id = 1;
                    INSERT INTO version(id, digest, operation, modified, sequence, received_at, segment, place, content)
                    \(numbers) SELECT (i + 1) << 20, 'd' || i, operation, 10, sequence, received_at, segment, place, content
                    FROM n CROSS JOIN version WHERE id = 1 << 20;
                    UPDATE dataset SET records = \(Self.count), versions = \(Self.count);
                    """
            )
        }
        return desk
    }

    /// A complete read that shows all but the first `missing`; the last ten thousand come as rows.
    private func read(_ desk: Desk, _ dataset: DatasetID, file: Int64?, missing: Int) throws -> CommitOutcome {
        let tail = 10_000
        try desk.put([], in: dataset, events: [.completeReadBegan])
        if let file { try desk.put([], in: dataset, events: [.fileBegan(number: file, name: "f", digest: "d")]) }
        try desk.store.write { db in
            try db.execute(
                sql: "UPDATE record SET seen = (SELECT reading FROM dataset) WHERE id > ? AND id <= ?",
                arguments: [missing, Self.count - tail]
            )
        }
        let rows = (Self.count - tail..<Self.count).map {
            Desk.version(Self.key($0), "\(missing)", at: 20, sequence: file.map { $0 << 32 | 1 } ?? 0, file: file)
        }
        #expect(try desk.put(rows, in: dataset).taken == tail)
        let end = StoreEvent.completeReadEnded(
            time: LocalTime(seconds: 20),
            sequence: file.map { $0 << 32 } ?? -1,
            hadUnreadableKeys: false,
            allowedShare: 0.2
        )
        return try desk.put([], in: dataset, events: [end] + (file.map { [.fileEnded(number: $0)] } ?? []))
    }

    @Test(
        "what a complete read lacks waits if it is too much, and is withdrawn if not, within bounded memory",
        .timeLimit(.minutes(20)),
        arguments: [Int64?.none, 7]
    )
    func completeRead(file: Int64?) throws {
        let dataset = file == nil ? Desk.registration : Desk.licences
        let desk = try filled(dataset, file: file.map { $0 - 1 })
        let before = try Self.residentMegabytes()
        let tooMuch = Self.count / 5 + 1
        let held = try read(desk, dataset, file: file, missing: tooMuch)
        #expect(held.heldWithdrawals == tooMuch && held.withdrawnByAbsence == 0)
        let state = try desk.store.sourceState(of: dataset)
        #expect(state.records == Self.count && state.heldWithdrawals == tooMuch)
        let missing = 20_000
        let done = try read(desk, dataset, file: file.map { $0 + 1 }, missing: missing)
        #expect(done.withdrawnByAbsence == missing && done.heldWithdrawals == 0)
        #expect(try desk.store.sourceState(of: dataset).records == Self.count - missing)
        // The writer keeps 64 MB of pages; a million records would be a gigabyte.
        #expect(try Self.residentMegabytes() - before < 100)
    }

    static func residentMegabytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(text[1]) ?? 0) * 4096 >> 20
    }
}
