import CreditModel
import Resolution

/// Records by hand, in as few words as a rule needs.
struct Sketch {
    var dataset: DatasetID
    var key: String
    var role = Role.subject
    var pripid: String?
    var codes: [SubjectCode] = []
    var name: String?
    var formerNames: [String] = []
    var representative: String?
    var address: String?
    var facts: [Fact] = []
    var from: CreditDate?
    var isTest = false
    var isWithdrawn = false

    init(_ dataset: DatasetID, _ key: String, _ codes: [SubjectCode]..., name: String? = nil) {
        self.dataset = dataset
        self.key = key
        self.codes = codes.flatMap { $0 }
        self.name = name
    }

    /// The same sketch with something changed.
    func with(_ change: (inout Sketch) -> Void) -> Sketch {
        var copy = self
        change(&copy)
        return copy
    }

    var subject: Subject {
        Subject(
            role: role,
            pripid: pripid,
            codes: codes,
            name: name,
            formerNames: formerNames,
            representative: representative,
            address: address
        )
    }

    var reference: RecordReference { RecordReference(dataset: dataset, key: RecordKey([key]), role: role) }

    var history: RecordHistory {
        let content = CreditRecord(subjects: [subject], facts: facts, from: from, isTest: isTest)
        var versions = [version(1, .record, content)]
        if isWithdrawn { versions.append(version(2, .withdrawal, nil)) }
        return RecordHistory(dataset: dataset, key: RecordKey([key]), hasRestrictedKey: false, versions: versions)
    }

    private func version(_ number: Int64, _ operation: Operation, _ content: CreditRecord?) -> RecordVersion {
        RecordVersion(
            digest: VersionDigest(text: "\(dataset)/\(key)/\(number)"),
            operation: operation,
            modified: LocalTime(seconds: number),
            sequence: number,
            content: content
        )
    }
}

/// A registration with its key.
func registration(_ pripid: String, _ codes: [SubjectCode]..., name: String?) -> Sketch {
    Sketch(DatasetID(.hongdun, "registration"), pripid, codes.flatMap { $0 }, name: name).with { $0.pripid = pripid }
}

func uscc(_ organisation: String, prefix: String = "91440101", check: String = "X") -> [SubjectCode] {
    [
        SubjectCode(Code(.uscc, prefix + organisation + check), .valid),
        SubjectCode(Code(.org, organisation), .valid, within: .uscc),
    ]
}

func org(_ text: String) -> [SubjectCode] { [SubjectCode(Code(.org, text), .valid)] }

func regno(_ text: String) -> [SubjectCode] {
    [SubjectCode(Code(.regno, text), text.utf8.count == 13 ? .unchecked : .valid)]
}

/// A tax number of 15 characters with the organisation code in it.
func tax(_ organisation: String, district: String = "440106", mayBeBirthday: Bool = false) -> [SubjectCode] {
    [
        SubjectCode(Code(.tax, district + organisation), .unchecked),
        SubjectCode(Code(.org, organisation), .valid, within: .tax, needsNameAgreement: mayBeBirthday),
    ]
}

/// A tax number that holds the number of an identity card: nothing inside it names an organisation.
func identityCard(_ text: String) -> [SubjectCode] {
    [SubjectCode(Code(.tax, text), .unchecked, isRestricted: true)]
}

extension DatasetID {
    static let penalty = DatasetID(.hongdun, "penalty")
    static let alteration = DatasetID(.hongdun, "alteration")
    static let NSRXX = DatasetID(.statetax, "NSRXX")
    static let NSRXYDJ = DatasetID(.statetax, "NSRXYDJ")
    static let nsr = DatasetID(.localtax, "nsr")
    static let qs = DatasetID(.localtax, "qs")
    static let ZZJGDM = DatasetID(.quality, "ZZJGDM")
    static let CCC = DatasetID(.quality, "CCC")
    static let SCXKZ = DatasetID(.quality, "SCXKZ")
    static let XZCF = DatasetID(.quality, "XZCF")
    static let JDCC = DatasetID(.quality, "JDCC")
}

/// 32 bytes that depend on every byte: enough to tell ids apart here; the program hands SHA-256 in.
@Sendable func testDigest(_ bytes: [UInt8]) -> [UInt8] { spread(bytes, seed: 0xCBF2_9CE4_8422_2325) }

/// Another one, for what is restricted.
@Sendable func restrictedTestDigest(_ bytes: [UInt8]) -> [UInt8] { spread(bytes, seed: 0x1234_5678_9ABC_DEF1) }

private func spread(_ bytes: [UInt8], seed: UInt64) -> [UInt8] {
    var digest: [UInt8] = []
    for lane in 0..<4 as Range<UInt64> {
        var hash = seed &+ lane &* 0x9E37_79B9_7F4A_7C15
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ hash >> 29) &* 0xBF58_476D_1CE4_E5B9
        hash ^= hash >> 32
        for shift in stride(from: 0, to: 64, by: 8) { digest.append(UInt8(truncatingIfNeeded: hash >> UInt64(shift))) }
    }
    return digest
}

let resolution = CertainResolution(digest: testDigest, restrictedDigest: restrictedTestDigest)

func resolve(_ sketches: Sketch...) -> IdentityOutcome { resolution.resolve(sketches.map(\.history)) }

extension EnterpriseID {
    static func of(_ pripid: String) -> EnterpriseID { EnterpriseID(pripid: pripid, digest: testDigest) }
    static func of(_ kind: CodeKind, _ text: String) -> EnterpriseID {
        EnterpriseID(code: Code(kind, text), digest: testDigest)
    }
}

extension IdentityOutcome {
    /// The enterprise that a record belongs to; nil if it is held or undecided.
    func home(of sketch: Sketch) -> EnterpriseID? {
        enterprises.first { $0.members.contains { $0.record == sketch.reference } }?.id
    }

    func reason(for sketch: Sketch) -> IdentityReason? {
        enterprises.lazy.flatMap(\.members).first { $0.record == sketch.reference }?.reason
    }

    func hold(on sketch: Sketch) -> ContradictionReason? { held.first { $0.record == sketch.reference }?.reason }

    func isUndecided(_ sketch: Sketch) -> Bool { undecided.contains(sketch.reference) }
}
