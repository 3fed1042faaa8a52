import CanonicalJSON
import CreditModel
import Foundation
import Testing

/// Rows that could not be taken, records that are held, and what of them may be printed.
@Suite("The command line and what waits for a person", .serialized)
struct CommandLineQuarantineTests {
    @Test("A row is shown with its rule, and rows read again bring back every version", .timeLimit(.minutes(20)))
    func retry() async throws {
        try await blocking {
            let desk = try CommandDesk()
            defer { desk.close() }
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            #expect(try desk.suixin("sync", "--set", "store=whole.sqlite").status == 0)
            // Most registrations hold a longer text.
            _ = try desk.suixin("sync", "--set", "limits.textBytes=100")
            let rows = try desk.lines(desk.suixin("quarantine", "list", "--json", "--limit", "10000"))
            #expect(rows.count > 50)
            let byKey = Dictionary(grouping: rows) { $0["key"]?.string ?? "" }
            let versions = try #require(byKey.values.first { $0.count > 2 }, "no record has three versions")
            let first = try #require(versions.first?["number"]?.integer)

            let shown = try desk.suixin("quarantine", "show", "\(first)")
            #expect(shown.status == 0 && shown.output.contains("text-too-long") && shown.output.contains("open"))
            #expect(shown.output.contains(versions[0]["document"]?.string ?? "?"))
            #expect(try desk.suixin("quarantine", "show", "\(first)", "--json").json["rule"]?.string == "text-too-long")
            #expect(try desk.suixin("quarantine", "show", "999999").status == 3)
            #expect(try desk.suixin("quarantine", "retry", "999999").status == 3)
            #expect(try desk.suixin("quarantine", "list", "--source", "nobody").status == 64)
            #expect(try desk.suixin("quarantine", "list", "--limit=0").status == 64)

            let one = try desk.suixin("quarantine", "retry", "\(first)", "--json").json
            #expect(one["tried"]?.integer == 1 && one["taken"]?.integer == 1)
            #expect(try desk.suixin("quarantine", "show", "\(first)").output.contains("taken"))
            let left = try desk.lines(desk.suixin("quarantine", "list", "--json", "--limit", "10000"))
            #expect(left.count == rows.count - 1, "an old version does not settle what was refused after it")
            let all = try desk.suixin("quarantine", "retry", "--json").json
            #expect(all["taken"]?.integer == Int64(left.count))
            #expect(try desk.suixin("quarantine", "list", "--json").output.isEmpty)
            #expect(try desk.suixin("sync", "--offline").status == 0)
            let restored = try desk.versions()
            #expect(restored.count > 20)
            #expect(try restored == desk.versions("--set", "store=whole.sqlite"))
        }
    }

    @Test("A code that was given out twice ends with 4 and names both", .timeLimit(.minutes(20)))
    func ambiguous() async throws {
        try await blocking {
            let desk = try CommandDesk(enterprises: 200, dirt: ["--rate", "numberTwice=0.3"])
            defer { desk.close() }
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            _ = try desk.suixin("sync")
            let held = try desk.lines(desk.suixin("held", "--json", "--limit", "0")).compactMap { $0["reason"]?.string }
            let reason = try #require(held.first { $0.contains("is given to") }?.split(separator: " ").map(String.init))
            let (code, keys) = (reason[1], [reason[5], reason[7]])
            let listed = try desk.lines(desk.suixin("held", "--json", "--limit", "0"))
            let contested = try #require(listed.first { $0["contested"]?.string == code })
            let holders = contested["holders"]?.array?.compactMap(\.string) ?? []
            #expect(holders.count == keys.count)
            for command in ["show", "why"] {
                let asked = try desk.suixin("profile", command, code)
                #expect(asked.status == 4)
                #expect(holders.allSatisfy(asked.errors.contains), "\(asked.errors)")
            }
            for holder in holders {
                let profile = try desk.suixin("profile", "show", holder, "--json").json
                #expect(profile["contested"]?.array?.contains { $0["code"]?.string == code } == true)
                #expect(try desk.suixin("profile", "show", holder).output.contains(code))
            }
            let asked = try desk.suixin("profile", "show", code, "--json")
            #expect(try JSONValue(parsing: Array(asked.errors.utf8))["exitCode"]?.integer == 4)
            #expect(asked.output.isEmpty)
            for key in keys { #expect(try desk.suixin("profile", "show", key).status == 0) }
            #expect(try desk.suixin("held", "--limit=-1").status == 64)
        }
    }

    @Test("No print-out holds the number of an identity card or a telephone", .timeLimit(.minutes(20)))
    func redaction() async throws {
        try await blocking {
            let desk = try CommandDesk(
                enterprises: 400,
                dirt: ["--rate", "unreadable=0.3", "--rate", "numberTwice=0.1", "--rate", "swapped=0.1"]
            )
            defer { desk.close() }
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            _ = try desk.suixin("sync")
            let list = try desk.suixin("quarantine", "list", "--json", "--limit", "10000")
            let rows = try desk.lines(list)
            // There is something to hide.
            #expect(list.output.contains("<TEL>*") && list.output.contains("<NSRSBH>*****"))
            var print = list.output + (try desk.suixin("quarantine", "list", "--limit", "10000").output)
            let masked = rows.filter { $0["original"]?.string?.contains("***") == true }
            for row in masked.prefix(40) {
                print += try desk.suixin("quarantine", "show", "\(row["number"]?.integer ?? 0)").output
            }
            print +=
                try desk.suixin("held", "--limit", "0").output + desk.suixin("held", "--json", "--limit", "0").output
            let people = try Self.people(desk)
            #expect(!people.isEmpty, "no enterprise has a card's number for a tax number")
            for id in people.prefix(10) {
                print +=
                    try desk.suixin("profile", "why", id).output + desk.suixin("profile", "why", id, "--json").output
                print += try desk.suixin("profile", "show", id).output
            }
            #expect(Self.numbers(in: print).filter(Self.isPersonal) == [])
            let halfWidth = Array(print.precomposedStringWithCompatibilityMapping.unicodeScalars)
            #expect(IdentityCardScan.ranges(in: halfWidth, oldForm: false).isEmpty, "not in parts, either")
            #expect(!print.contains(/TEL(?:>|=")[^*<"]/))
        }
    }

    /// Enterprises with a record whose key is the number of a card; only the operator's truth shows such keys.
    private static func people(_ desk: CommandDesk) throws -> [String] {
        _ = try desk.suixin("export", "--truth", "--output", "people")
        return try desk.read("people").split(separator: "\n").filter {
            numbers(in: String($0)).contains(where: isPersonal)
        }
        .compactMap { try JSONValue(parsing: Array($0.utf8))["enterprise"]?.string }
    }

    /// Letters and digits without anything between them, half-width.
    private static func numbers(in text: String) -> Set<String> {
        Set(
            text.precomposedStringWithCompatibilityMapping.split { !$0.isASCII || !$0.isLetter && !$0.isNumber }.map(
                String.init
            )
        )
    }

    private static func isPersonal(_ word: String) -> Bool {
        switch word.count {
        case 18: IdentityCard(word) != nil
        case 20: IdentityCard(word.prefix(18)) != nil
        // A tax number that reads as an old card is restricted; a registration number has its own check.
        case 15: IdentityCard(word) != nil && RegistrationNumber(word) == nil
        default: false
        }
    }
}
