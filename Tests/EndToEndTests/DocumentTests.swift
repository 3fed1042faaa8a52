import AgencySimulator
import CanonicalJSON
import CreditModel
import CreditStore
import Derivation
import Foundation
import Publication
import Signing
import Testing

/// What leaves the exchange: signed, traceable to the agencies' rows, and free of what must not leave.
@Suite("What the exchange publishes")
struct DocumentTests {
    @Test("An export verifies, validates, names its records, and holds no personal number", .timeLimit(.minutes(20)))
    func export() async throws {
        let server = try await simulatedAgencies(seed: 9, enterprises: 250)
        let exchange = try Exchange(server)
        let synced = try await exchange.sync(on: Exchange.june)
        let rows = try AgencyRows(server)
        await server.stop()
        let report = try await blocking {
            try Exporter(store: exchange.store, publisher: exchange.publisher, keys: exchange.keys)
                .export(to: Exporter.Destination(path: exchange.path("export")), at: exchange.now)
        }
        #expect(report.profiles == synced.derived.profiles)
        try verify(exchange, report)
        try validate(exchange)
        try Self.trace(exchange, rows)
        try searchForSecrets(exchange, rows)
    }

    private func verify(_ exchange: Exchange, _ report: Exporter.Report) throws {
        let verifier = Verifier(keys: try exchange.keys, now: exchange.now, issuer: Exchange.issuer)
        let lines = try Data(contentsOf: URL(filePath: exchange.path("export"))).split(separator: 0x0A)
        #expect(lines.count == report.profiles)
        for line in lines { #expect(verifier.verify(Array(line)).verdict != .notGenuine) }
        var forged = Array(lines[0])
        let place = try #require(forged.firstIndex(of: UInt8(ascii: "A")))
        forged[place] = UInt8(ascii: "B")
        #expect(verifier.verify(forged).verdict == .notGenuine)
    }

    /// The schema is another program's business: where Python or its package is missing, a warning says so.
    private func validate(_ exchange: Exchange) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Scripts/check-profiles.py").path
        let done = try Run("/usr/bin/env", ["python3", script, exchange.path("export")])
        guard done.status != 2, done.status != 127 else {
            Issue.record("NOT CHECKED against the JSON Schema: \(done.errors)", severity: .warning)
            return
        }
        #expect(done.status == 0, "\(done.output)\(done.errors)")
    }

    /// Every place named is one of `records`; every single value stands in the row of each record that it names.
    private static func trace(_ exchange: Exchange, _ rows: AgencyRows) throws {
        var tracer = ProfileTracer(rows, exchange.store)
        for (id, bytes) in try exchange.profiles() {
            let profile = try JSONValue(parsing: bytes)
            let records = try #require(profile["records"]?.array)
            #expect(try records.count <= exchange.store.members(of: id).count)
            for place in places(in: profile) { #expect(records.indices.contains(Int(place)), "\(id)") }
            try tracer.trace(profile, of: id)
        }
        // Nothing of what is traced is missing from the population, or this test says little.
        for kind in ["text", "date", "money", "code", "original", "history", "conflict", "identifier", "from", "to"] {
            #expect(tracer.traced[kind, default: 0] > 10, "only \(tracer.traced[kind, default: 0]) of \(kind)")
        }
        #expect(tracer.lost.isEmpty, "\(tracer.lost.prefix(20).joined(separator: "\n"))")
    }

    private static func places(in value: JSONValue) -> [Int64] {
        switch value {
        case .object(let members):
            members.flatMap { name, member in
                name == "records" ? (member.array ?? []).compactMap(\.integer) : places(in: member)
            }
        case .array(let values): values.flatMap(places)
        default: []
        }
    }

    /// Looks at what is given out as whoever receives it does: payloads decoded, annexes too, and what is printed of drift.
    private func searchForSecrets(_ exchange: Exchange, _ rows: AgencyRows) throws {
        let secrets = rows.restricted
        #expect(secrets.count > 20)
        var published = [("log", exchange.log.all)]
        var payloads = 0
        for name in ["export", "export.manifest.json", "export.annexes.ndjson"] {
            for line in try exchange.lines(name) {
                published.append((name, String(decoding: line.canonical, as: UTF8.self)))
                for part in ["payload", "protected"] {
                    guard let text = line[part]?.string else { continue }
                    published.append(
                        (
                            "\(part) of \(name)",
                            String(decoding: try #require(Base64URL.decode(text.utf8)), as: UTF8.self)
                        )
                    )
                    payloads += 1
                }
            }
        }
        #expect(payloads > 200)
        var persons = 0
        for (id, bytes) in try exchange.profiles() {
            published.append(("profile \(id)", String(decoding: bytes, as: UTF8.self)))
            persons += try Self.searchForAddressesOfPersons(try JSONValue(parsing: bytes), of: id)
        }
        #expect(persons > 5)
        for drift in try exchange.store.drift() { published.append(("drift", drift.name)) }
        for refusal in try exchange.store.refusals(limit: 1000) {
            published.append(("refusal", "\(refusal.what) \(refusal.why)"))
        }
        for (place, text) in published {
            // Every number in one pass over the text: runs of digits and letters as long as a number can be.
            let numbers = Self.numbers(in: text)
            let found = numbers.intersection(secrets)
            #expect(found.isEmpty, "\(place) shows \(found.count) restricted numbers")
            let cards = numbers.filter(CardLikeness.isCard)
            #expect(cards.isEmpty, "\(place) shows \(cards.count) numbers that look like cards")
        }
    }

    /// No record whose key is hidden says where somebody lives.
    ///
    /// - Returns: how many records there are whose keys are hidden.
    private static func searchForAddressesOfPersons(_ profile: JSONValue, of id: EnterpriseID) throws -> Int {
        let records = try #require(profile["records"]?.array)
        let hidden = records.indices.filter { records[$0]["key"]?.string?.hasPrefix("hmac:") == true }.map(Int64.init)
        for address in [profile["registration"]?["address"], profile["tax"]?["businessAddress"]] {
            guard let address else { continue }
            #expect(Set(places(in: address)).isDisjoint(with: hidden), "\(id) shows the address of a person")
        }
        return hidden.count
    }

    private static func numbers(in text: String) -> Set<String> {
        Set(text.split { !($0.isASCII && ($0.isNumber || $0.isLetter || $0 == "-")) }.map { $0.uppercased() })
    }
}

/// The rows that the agencies show.
struct AgencyRows {
    private var texts: [DatasetID: [RecordKey: [String]]] = [:]
    /// Telephone numbers, and numbers that read as an identity card's.
    private(set) var restricted: Set<String> = []

    private static let datasets: [(AgencyID, [String])] = [
        (.hongdun, ["registration", "alteration", "abnormal", "illegal", "penalty", "online-shop"]),
        (.statetax, ["NSRXX", "NSRXYDJ", "QSGG", "ZDSSWF"]), (.localtax, ["nsr", "fzc", "qs", "cf"]),
        (.quality, ["ZZJGDM", "SCXKZ", "CCC", "JDCC", "XZCF"]),
    ]

    init(_ server: AgencyServer) throws {
        for (agency, names) in AgencyRows.datasets {
            for name in names {
                for (key, row) in try server.table(agency, name) where !row.isTest {
                    texts[DatasetID(agency, name), default: [:]][key] = row.fields.map(\.text)
                    for field in row.fields where !field.text.isEmpty { note(field.name, field.text) }
                }
            }
        }
    }

    func texts(of record: RecordReference) -> [String] { texts[record.dataset]?[record.key] ?? [] }

    private mutating func note(_ name: String, _ text: String) {
        let number = text.precomposedStringWithCompatibilityMapping.uppercased().filter { !$0.isWhitespace }
        if name == "TEL", number.count > 6 { restricted.insert(number) }
        let isTaxNumber = ["NSRSBH", "nsrsbh"].contains(name)
        if isTaxNumber || name.hasPrefix("CF_"), CardLikeness.isCard(number), isTaxNumber || number.count == 18 {
            restricted.insert(number)
        }
    }
}

/// What looks like a card's number to one who knows the standard and not the exchange: GB 11643, with a slip or without.
enum CardLikeness {
    static func isCard(_ number: String) -> Bool {
        let digits = Array(number.utf8)
        switch digits.count {
        case 15: return isOldCard(digits, number)
        case 18, 20:
            guard digits.prefix(17).allSatisfy({ 0x30...0x39 ~= $0 }), 0x31...0x38 ~= digits[0] else { return false }
            let isBorn =
                Day(year: int(digits[6..<10]), month: int(digits[10..<12]), day: int(digits[12..<14])) != nil
                && 1900..<2100 ~= int(digits[6..<10])
            return isBorn && (isChecked(digits) || UnifiedSocialCreditCode(number.prefix(18)) == nil)
        default: return false
        }
    }

    /// 15 digits have no check, and a registration number has one; its holder's birthday may stand in it by chance.
    private static func isOldCard(_ digits: [UInt8], _ number: String) -> Bool {
        digits.allSatisfy { 0x30...0x39 ~= $0 } && District(number.prefix(6)) != nil
            && Day(year: 1900 + int(digits[6..<8]), month: int(digits[8..<10]), day: int(digits[10..<12])) != nil
            && RegistrationNumber(number) == nil
    }

    private static func isChecked(_ digits: [UInt8]) -> Bool {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = zip(digits, weights).reduce(0) { $0 + Int($1.0 - 0x30) * $1.1 }
        return Array("10X98765432".utf8)[sum % 11] == digits[17]
    }

    private static func int(_ digits: ArraySlice<UInt8>) -> Int { digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } }
}
