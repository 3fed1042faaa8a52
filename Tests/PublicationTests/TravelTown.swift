import CreditModel
import CreditStore
import Derivation
import Publication
import ServiceKit
import Signing

/// A few enterprises whose records come, change, are corrected, withdrawn, given back, retracted and moved at random, and
/// what was answered about each of their ids after every step.
final class TravelTown {
    /// What somebody who asked for an id got.
    enum Answer: Hashable {
        case nothing
        case moved(EnterpriseID)
        case document([UInt8])
    }

    struct Record: Hashable {
        let dataset: DatasetID
        let key: String
        /// Text that every version of the record carries, and nothing else does.
        var token: String { "【\(dataset.name)·\(key)】" }
    }

    static let secret: [UInt8] = Array(repeating: 7, count: 32)
    static let day = World.day
    static let licences = DatasetID(.quality, "SCXKZ")
    static let penalties = DatasetID(.hongdun, "penalty")
    private static let start = World.now - 1_000_000

    let world: World
    private(set) var answers: [(moment: Int64, byID: [EnterpriseID: Answer])] = []
    private(set) var records: Set<Record> = []
    private var random: SeededGenerator
    private var count = 0
    private var files: [[ReceivedVersion]] = []
    /// What was sent before: it is sent again now and then.
    private var sent: [DatasetID: [ReceivedVersion]] = [:]
    private var step: Int64 = 0

    init(seed: UInt64) throws {
        world = try World()
        random = SeededGenerator(seed: seed)
    }

    /// Takes steps, an hour apart, and notes after each what is answered.
    func live(steps: Int) throws {
        for _ in 0..<steps {
            step += 1
            let moment = Self.start + step * 3600
            try happen(at: moment)
            if step % 7 == 6 { try world.rotate(.es256) }
            try Deriver(store: world.store, secret: Self.secret, sealing: nil) { moment + 10 }.derive(on: Self.day)
            try world.publisher.signProfiles(at: moment + 20)
            try note(at: moment + 30)
        }
    }

    /// Withdrawn now: the store shows them no more.
    func withdrawn() throws -> [Record] {
        try records.filter {
            try world.store.history(of: $0.dataset, key: RecordKey([$0.key]))?.isShown == false
        }
    }

    /// After the latest step.
    var moment: Int64 { Self.start + step * 3600 + 40 }

    private func note(at moment: Int64) throws {
        var byID: [EnterpriseID: Answer] = [:]
        var after: EnterpriseID?
        while case let page = try world.store.identities(after: after, limit: 100), let last = page.last {
            for identity in page {
                let current = try world.store.currentID(of: identity.id)
                if let current, current != identity.id {
                    byID[identity.id] = .moved(current)
                } else {
                    byID[identity.id] = try world.store.signed(identity.id).map { .document($0.document) } ?? .nothing
                }
            }
            after = last.id
        }
        answers.append((moment, byID))
    }

    // MARK: What happens

    private func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    private func happen(at moment: Int64) throws {
        for _ in 0...roll(3) {
            switch roll(9) {
            case 0, 1:
                try put(again(registration(of: roll(4)), in: World.registration), in: World.registration, at: moment)
            case 2, 3: try put(again(taxpayer(roll(5)), in: World.taxpayers), in: World.taxpayers, at: moment)
            case 4: try put(again(penalty(roll(6)), in: Self.penalties), in: Self.penalties, at: moment)
            case 5: try putFile(at: moment)
            case 6: try replaceFile(at: moment)
            case 7: try putFile(isWhole: true, at: moment)
            default: try readAll(at: moment)
            }
        }
    }

    private func put(
        _ versions: ReceivedVersion...,
        in dataset: DatasetID,
        events: [StoreEvent] = [],
        at moment: Int64
    ) throws {
        _ = try world.store.commit(
            StoreBatch(dataset: dataset, run: "run", receivedAt: moment, versions: versions, events: events)
        )
    }

    /// The version, or one that was sent before, under a sequence of its own.
    private func again(_ version: ReceivedVersion, in dataset: DatasetID, file: Int64? = nil) -> ReceivedVersion {
        if roll(3) == 0, var known = sent[dataset]?.randomElement(using: &random) {
            known.version.sequence = version.version.sequence
            known.file = file
            return known
        }
        sent[dataset, default: []].append(version)
        return version
    }

    /// A file of licences, some of which are in several files; a whole one withdraws what it lacks.
    private func putFile(isWhole: Bool = false, at moment: Int64) throws {
        let number = Int64(files.count + 1)
        files.append((0...roll(3)).map { _ in again(licence(roll(5), file: number), in: Self.licences, file: number) })
        try take(files[files.count - 1], file: number, digest: "first", isWhole: isWhole, at: moment)
    }

    /// The same file once more, with other content: what only the old one held is retracted.
    private func replaceFile(at moment: Int64) throws {
        guard !files.isEmpty else { return try putFile(at: moment) }
        let index = roll(files.count)
        count += 1
        let new = again(licence(roll(5), file: Int64(index + 1)), in: Self.licences, file: Int64(index + 1))
        files[index] = files[index].filter { _ in roll(2) == 0 } + [new]
        try take(files[index], file: Int64(index + 1), digest: "replaced \(count)", at: moment)
    }

    private func take(
        _ versions: [ReceivedVersion],
        file: Int64,
        digest: String,
        isWhole: Bool = false,
        at moment: Int64
    ) throws {
        func commit(_ versions: [ReceivedVersion], _ events: [StoreEvent]) throws {
            _ = try world.store.commit(
                StoreBatch(dataset: Self.licences, run: "run", receivedAt: moment, versions: versions, events: events)
            )
        }
        let end = StoreEvent.completeReadEnded(
            time: LocalTime(Self.day),
            sequence: file << 32,
            hadUnreadableKeys: false,
            allowedShare: 1
        )
        let began = StoreEvent.fileBegan(number: file, name: "F\(file)", digest: digest)
        try commit([], (isWhole ? [.completeReadBegan] : []) + [began])
        try commit(versions, [.fileEnded(number: file)] + (isWhole ? [end] : []))
    }

    /// A complete read of the registry, which may lack something: that is withdrawn by absence.
    private func readAll(at moment: Int64) throws {
        try put(in: World.registration, events: [.completeReadBegan], at: moment)
        let shown = try world.store.shownRecords(of: World.registration, after: nil, limit: 100)
        let events = shown.filter { _ in roll(4) > 0 }.map { StoreEvent.shown($0.key) }
        let end = StoreEvent.completeReadEnded(
            time: LocalTime(posix: moment),
            sequence: -1,
            hadUnreadableKeys: false,
            allowedShare: roll(4) == 0 ? 0 : 1
        )
        try put(in: World.registration, events: events + [end], at: moment)
        if roll(2) == 0 { _ = try world.store.releaseHeldWithdrawals(of: World.registration, at: moment) }
    }

    // MARK: Records

    private static func organisation(_ number: Int) -> String { String(700_000_000 + number) }
    private static func name(_ number: Int) -> String { "广州市第\(number)机电设备有限公司" }

    /// Now and then it is given another code: that of another enterprise, or one that nobody else has.
    private func registration(of number: Int) -> ReceivedVersion {
        let holder = roll(4) == 0 ? roll(6) : number
        let codes = [
            SubjectCode(Code(.uscc, "91440104\(Self.organisation(holder))X"), .valid),
            SubjectCode(Code(.org, Self.organisation(holder)), .valid, within: .uscc),
        ]
        let subject = Subject(role: .subject, pripid: "P\(number)", codes: codes, name: Self.name(number))
        let facts = [Fact("registration.name", .text(Self.name(number)))]
        return version(Record(dataset: World.registration, key: "P\(number)"), subject, facts, "registration.scope")
    }

    /// Its code is corrected now and then, so that it belongs to another enterprise.
    private func taxpayer(_ number: Int) -> ReceivedVersion {
        let holder = roll(4) == 0 ? roll(5) : number
        let codes = [
            SubjectCode(Code(.tax, "440104\(Self.organisation(holder))"), .unchecked),
            SubjectCode(Code(.org, Self.organisation(holder)), .valid, within: .tax),
        ]
        let subject = Subject(role: .subject, codes: codes, name: Self.name(holder))
        let state = [Fact("tax.state", .code(roll(2) == 0 ? "03" : "05", label: nil))]
        return version(Record(dataset: World.taxpayers, key: "T\(number)"), subject, state, "tax.address")
    }

    private func penalty(_ number: Int) -> ReceivedVersion {
        let holder = roll(5)
        let subject = Subject(
            role: .subject,
            codes: [SubjectCode(Code(.org, Self.organisation(holder)), .valid)],
            name: Self.name(holder)
        )
        return version(Record(dataset: Self.penalties, key: "罚\(number)"), subject, [], "violation")
    }

    private func licence(_ number: Int, file: Int64) -> ReceivedVersion {
        let subject = Subject(
            role: .subject,
            codes: [SubjectCode(Code(.org, Self.organisation(number % 3)), .valid)],
            name: Self.name(number % 3)
        )
        return version(Record(dataset: Self.licences, key: "XK\(number)"), subject, [], "product", file: file)
    }

    /// A version whose agency's time and true-from lie anywhere in the past; one in five withdraws.
    private func version(
        _ record: Record,
        _ subject: Subject,
        _ facts: [Fact],
        _ field: String,
        file: Int64? = nil
    ) -> ReceivedVersion {
        records.insert(record)
        count += 1
        let modified = LocalTime(Self.day.adding(days: -roll(12)), secondOfDay: roll(2))
        let content = CreditRecord(
            subjects: [subject],
            facts: facts + [Fact(field, .text("\(record.token)\(count)"))],
            from: .day(Self.day.adding(days: -roll(4) * 500))
        )
        let isWithdrawal = roll(5) == 0
        let text = "\(record.dataset)/\(record.key)/\(count)"
        return ReceivedVersion(
            key: RecordKey([record.key]),
            hasRestrictedKey: false,
            version: RecordVersion(
                digest: VersionDigest(text: ShortDigest.text(of: World.sha256(Array(text.utf8)))),
                operation: isWithdrawal ? .withdrawal : .record,
                modified: modified,
                sequence: file.map { $0 << 32 | Int64(count) } ?? Int64(count),
                content: isWithdrawal ? nil : content
            ),
            original: Array("<ROW/>".utf8),
            place: RowPlace(document: "page", row: 1, line: 1),
            file: file
        )
    }
}

/// A generator that a seed decides.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
