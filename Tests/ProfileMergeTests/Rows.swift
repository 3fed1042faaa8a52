import CanonicalJSON
import CreditModel
import Crypto
import ProfileMerge
import Testing

/// Records by hand, in as few words as a rule needs.
struct Row {
    var dataset: DatasetID
    var key: String
    var role = Role.subject
    var name: String?
    var hasRestrictedKey = false
    var versions: [RecordVersion] = []

    init(_ dataset: DatasetID, _ key: String, role: Role = .subject, name: String? = nil) {
        self.dataset = dataset
        self.key = key
        self.role = role
        self.name = name
    }

    /// The row with one more version; modified on `modified`, at noon.
    func saying(
        _ facts: [Fact],
        from: String? = nil,
        to: String? = nil,
        fromOriginal: String? = nil,
        toOriginal: String? = nil,
        modified: String = "2018-01-01",
        sequence: Int64 = 1,
        codes: [SubjectCode] = [],
        isTest: Bool = false
    ) -> Row {
        let content = CreditRecord(
            subjects: [Subject(role: role, codes: codes, name: name)],
            facts: facts,
            from: from.flatMap { CreditDate($0) },
            to: to.flatMap { CreditDate($0) },
            fromOriginal: fromOriginal,
            toOriginal: toOriginal,
            isTest: isTest
        )
        return adding(.record, content, modified, sequence)
    }

    func withdrawn(modified: String, sequence: Int64 = 1) -> Row { adding(.withdrawal, nil, modified, sequence) }

    /// The row, no longer shown by a complete read of 红盾.
    func absent(modified: String) -> Row { adding(.absence, nil, modified, -1) }

    private func adding(_ operation: Operation, _ content: CreditRecord?, _ modified: String, _ sequence: Int64) -> Row
    {
        var copy = self
        let noon = Day(modified).map { LocalTime($0, secondOfDay: 43_200) } ?? LocalTime(seconds: 0)
        let text = "\(dataset)/\(key)/\(noon)/\(operation)/\(String(describing: content))"
        copy.versions.append(
            RecordVersion(
                digest: VersionDigest(text: ShortDigest.text(of: sha256(Array(text.utf8)))),
                operation: operation,
                modified: noon,
                sequence: sequence,
                content: content
            )
        )
        return copy
    }

    var reference: RecordReference { RecordReference(dataset: dataset, key: RecordKey(text: key), role: role) }
    var history: RecordHistory {
        RecordHistory(
            dataset: dataset,
            key: RecordKey(text: key),
            hasRestrictedKey: hasRestrictedKey,
            versions: versions
        )
    }
}

@Sendable func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
@Sendable func hmac(_ bytes: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: Array("secret".utf8))))
}

let merger = ProfileMerger(policy: .standard, digest: sha256, restrictedDigest: hmac)
let someDay = Day(number: 17_683)  // 2018-06-01

func decision(_ rows: [Row], codes: [Code] = [], registered: Bool = true) -> EnterpriseDecision {
    EnterpriseDecision(
        id: EnterpriseID(pripid: "P1", digest: sha256),
        aliases: [],
        isRegistered: registered,
        codes: codes,
        members: rows.filter { $0.history.isShown }
            .map { Membership(record: $0.reference, reason: .registryKey("P1")) }.sorted { $0.record < $1.record }
    )
}

func merge(_ rows: [Row], codes: [Code] = [], day: Day = someDay) -> MergedProfile {
    merger.merge(decision(rows, codes: codes), records: rows.map(\.history), day: day)
}

func merge(_ rows: Row..., day: Day = someDay) -> MergedProfile { merge(rows, day: day) }

/// A profile's JSON, by path: names of members and places in lists.
struct Reading: CustomStringConvertible {
    var value: JSONValue?

    init(_ value: JSONValue?) { self.value = value }
    init(_ profile: MergedProfile) { value = try? JSONValue(parsing: profile.bytes) }

    subscript(_ name: String) -> Reading {
        guard case .object(let members)? = value else { return Reading(nil) }
        return Reading(members[name])
    }
    subscript(_ place: Int) -> Reading {
        guard case .array(let values)? = value, values.indices.contains(place) else { return Reading(nil) }
        return Reading(values[place])
    }
    var count: Int {
        switch value {
        case .array(let values)?: values.count
        case .object(let members)?: members.count
        default: 0
        }
    }
    var names: [String] { if case .object(let members)? = value { members.keys.sorted() } else { [] } }
    var text: String? { if case .string(let text)? = value { text } else { nil } }
    var integer: Int64? { if case .integer(let number)? = value { number } else { nil } }
    var bool: Bool? { if case .bool(let bool)? = value { bool } else { nil } }
    var elements: [Reading] { if case .array(let values)? = value { values.map { Reading($0) } } else { [] } }
    var isAbsent: Bool { value == nil }
    /// Canonical JSON, to compare whole parts.
    var description: String { value.map { String(decoding: $0.canonical, as: UTF8.self) } ?? "absent" }
}

extension DatasetID {
    static let registration = DatasetID(.hongdun, "registration")
    static let alteration = DatasetID(.hongdun, "alteration")
    static let abnormal = DatasetID(.hongdun, "abnormal")
    static let penalty = DatasetID(.hongdun, "penalty")
    static let shop = DatasetID(.hongdun, "online-shop")
    static let NSRXX = DatasetID(.statetax, "NSRXX")
    static let NSRXYDJ = DatasetID(.statetax, "NSRXYDJ")
    static let QSGG = DatasetID(.statetax, "QSGG")
    static let nsr = DatasetID(.localtax, "nsr")
    static let fzc = DatasetID(.localtax, "fzc")
    static let cf = DatasetID(.localtax, "cf")
    static let ZZJGDM = DatasetID(.quality, "ZZJGDM")
    static let SCXKZ = DatasetID(.quality, "SCXKZ")
    static let CCC = DatasetID(.quality, "CCC")
    static let JDCC = DatasetID(.quality, "JDCC")
    static let XZCF = DatasetID(.quality, "XZCF")
}

func named(_ name: String, original: String? = nil) -> Fact {
    Fact("registration.name", .text(name), original: original)
}
