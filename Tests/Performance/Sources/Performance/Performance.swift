import CreditModel
import Foundation
import PerformanceBodies

/// One piece of the exchange's work, for `Scripts/bench` to measure; prints what was done as a line of JSON.
///
///     Performance access FOLDER SECONDS                   requests judged and journaled, in an empty folder
///     Performance decode AGENCY DATASET ROUNDS FILE…      answers of an agency to records
///     Performance journal FOLDER ENTRIES                  so many entries journaled, and looked for, in an empty folder
///     Performance sign EXPORT SECONDS                     the payloads of the first 500 documents, signed anew
///     Performance store FOLDER DAY SOURCES                a sync's store work; SOURCES is `sources` of a configuration
@main
struct Performance {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ words: [String]) throws {
        switch words.first {
        case "access" where words.count == 3: try access(words)
        case "decode" where words.count > 4: try decode(words)
        case "journal" where words.count == 3: try journal(words)
        case "sign" where words.count == 3: try sign(words)
        case "store" where words.count == 4: try store(words)
        default: throw WorkError("usage: Performance access|decode|journal|sign|store …")
        }
    }

    private static func access(_ words: [String]) throws {
        let rates = try AccessWork(folder: words[1], seconds: Double(words[2]) ?? 2).run()
        print(#"{"keys":\#(rates.keys),"tokens":\#(rates.tokens),"journaled":\#(rates.journaled)}"#)
    }

    private static func decode(_ words: [String]) throws {
        let work = try DecodeWork(DatasetID(AgencyID(rawValue: words[1]), words[2]))
        let total = try work.run(Array(words[4...]), rounds: Int(words[3]) ?? 1)
        print(#"{"records":\#(total.records),"faults":\#(total.faults),"facts":\#(total.facts)}"#)
    }

    private static func journal(_ words: [String]) throws {
        let costs = try JournalWork(folder: words[1], entries: Int(words[2]) ?? 500_000).run()
        let lookups = costs.lookups.map { #""\#($0.name)":[\#($0.clock),\#($0.processor)]"# }.joined(separator: ",")
        print(
            #"{"entries":\#(costs.entries),"microseconds":\#(costs.entry),"longest":\#(costs.longestCommit),"#
                + #""lookups":{\#(lookups)}}"#
        )
    }

    private static func sign(_ words: [String]) throws {
        let export = try Data(contentsOf: URL(filePath: words[1]))
        let lines = export.split(separator: UInt8(ascii: "\n"), maxSplits: 500).prefix(500).map { Array($0) }
        let rates = try SignWork(documents: lines, seconds: Double(words[2]) ?? 2).run()
        print(
            #"{"documents":\#(rates.documents),"digests":\#(rates.digests),"hashes":\#(rates.hashes),"#
                + #""bytes":\#(rates.bytes)}"#
        )
    }

    private struct Source: Decodable {
        var baseURL: String
        var token: String?
        var user: String?
        var password: String?
    }

    private static func store(_ words: [String]) throws {
        guard let day = Day(words[2]) else { throw WorkError("no day: \(words[2])") }
        let sources = try JSONDecoder().decode([String: Source].self, from: Data(words[3].utf8))
        let work = StoreWork(
            sources.sorted { $0.key < $1.key }.map { name, source in
                StoreWork.Source(
                    agency: name,
                    baseURL: source.baseURL,
                    token: source.token ?? "",
                    user: source.user ?? "",
                    password: source.password ?? ""
                )
            },
            folder: words[1],
            day: day
        )
        let report = try work.run()
        let times = [
            ("commit", report.commit), ("read", report.read), ("derived", report.derived), ("close", report.close),
        ]
        let members = times.map { name, time in
            #""\#(name)":{"wall":\#(time.wall),"processor":\#(time.processor),"calls":\#(time.calls)}"#
        }
        print("{\(members.joined(separator: ",")),\"taken\":\(report.taken),\"profiles\":\(report.profiles)}")
    }
}
