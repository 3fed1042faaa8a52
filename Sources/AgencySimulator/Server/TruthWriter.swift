internal import CreditModel
internal import Dispatch
internal import Foundation
internal import GRDB
internal import Synchronization

/// Whose events speak of an enterprise beside its own.
struct CrossingIndex: Sendable {
    private let queues: [DatabaseQueue]

    init(folder: String) throws {
        queues = try TableBuilder.agencies.map { try TableBuilder.open(TableBuilder.path($0, in: folder)) }
    }

    func owners(of enterprise: Int) throws -> [Int] {
        var owners: Set<Int> = []
        for queue in queues {
            owners.formUnion(
                try queue.inDatabase {
                    try Int.fetchAll(
                        $0,
                        sql: "SELECT owner FROM crossing WHERE enterprise = ?",
                        arguments: [enterprise]
                    )
                }
            )
        }
        return owners.sorted()
    }
}

/// Writes which records truly speak of which enterprise, one line each.
struct TruthWriter {
    let population: any EnterprisePopulation
    let day: Day
    let crossings: CrossingIndex
    /// Keys of records that an agency lost.
    var lost: [DatasetID: Set<String>] = [:]

    func write(to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer { try? handle.close() }
        for start in stride(from: 0, to: population.count, by: 1000) {
            let range = start..<min(start + 1000, population.count)
            let lines = Mutex([Int: Result<[UInt8], any Error>]())
            let lanes = 4
            DispatchQueue.concurrentPerform(iterations: lanes) { lane in
                let share = (range.count + lanes - 1) / lanes
                let from = min(range.lowerBound + lane * share, range.upperBound)
                let result = Result {
                    try (from..<min(from + share, range.upperBound)).reduce(into: [UInt8]()) { $0 += try line(of: $1) }
                }
                lines.withLock { $0[lane] = result }
            }
            let found = lines.withLock { $0 }
            for lane in 0..<lanes { if let part = found[lane] { try handle.write(contentsOf: part.get()) } }
        }
    }

    private func line(of enterprise: Int) throws -> [UInt8] {
        let truth = population.truth(of: enterprise, on: day)
        let number = String(enterprise + 1)
        let name = "E" + String(repeating: "0", count: max(0, 6 - number.count)) + number
        var out = "{\"enterprise\":\"\(name)\""
        for (label, codes) in [("uscc", truth.uscc), ("org", truth.org), ("regno", truth.regno), ("tax", truth.tax)] {
            out += ",\"\(label)\":[" + codes.map(PlainJSON.string).joined(separator: ",") + "]"
        }
        let names = truth.names.map { name in
            "{\"name\":\(PlainJSON.string(name.name)),\"from\":\"\(name.from)\",\"to\":\(name.to.map { "\"\($0)\"" } ?? "null")}"
        }
        out += ",\"names\":[" + names.joined(separator: ",") + "],\"records\":["
        out += try records(of: enterprise).joined(separator: ",") + "]}\n"
        return Array(out.utf8)
    }

    private func records(of enterprise: Int) throws -> [String] {
        var winners: [DatasetID: [RecordKey: SimulatedEvent]] = [:]
        let end = LocalTime(day, secondOfDay: 86_399)
        for owner in try [enterprise] + crossings.owners(of: enterprise) {
            for item in EventOrder.ordered(population.events(of: owner)) where item.event.visible <= end {
                let event = item.event
                let overtakes = event.dataset.agency == .hongdun || event.dataset.agency == .quality
                if overtakes, let before = winners[event.dataset]?[event.key], before.modified > event.modified {
                    continue
                }
                winners[event.dataset, default: [:]][event.key] = event
            }
        }
        var records: Set<String> = []
        for (dataset, byKey) in winners {
            for (key, event) in byKey where event.change != .delete && !event.isTest {
                if lost[dataset]?.contains(key.text) ?? false { continue }
                for about in event.about where about.enterprise == enterprise {
                    let unreadable = event.isUnreadable ? ",\"unreadable\":true" : ""
                    records.insert(
                        "{\"agency\":\"\(dataset.agency)\",\"dataset\":\(PlainJSON.string(dataset.name)),"
                            + "\"key\":\(PlainJSON.string(key.text)),\"role\":\"\(about.role)\"\(unreadable)}"
                    )
                }
            }
        }
        return records.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

/// Text as JSON has it.
enum PlainJSON {
    static func string(_ text: String) -> String {
        var out = "\""
        for character in text.unicodeScalars {
            switch character {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\u{0}"..."\u{1F}":
                let hex = String(character.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(character)
            }
        }
        return out + "\""
    }
}
