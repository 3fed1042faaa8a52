internal import CreditModel
internal import Foundation
internal import GRDB

/// One simulated agency: its tables at its own time, its dialect, and the faults that wait for a request.
struct AgencyOffice: Sendable {
    let agency: AgencyID
    let seed: UInt64
    let credentials: AgencyCredentials
    let wire: WireRates
    let folder: String
    private let queue: DatabaseQueue
    private(set) var clock: LocalTime
    private(set) var tables: [String: DatasetTable] = [:]
    private var shelves: [String: QualityShelf] = [:]
    private(set) var requests = 0
    private var generation = 0
    private var faults: [Fault] = []
    /// Datasets whose newest file is hostile.
    private var hostile: Set<String> = []
    private var isRestless = false
    private var hasRoom = false

    init(
        _ agency: AgencyID,
        seed: UInt64,
        at clock: LocalTime,
        credentials: AgencyCredentials,
        wire: WireRates,
        folder: String
    ) throws {
        self.agency = agency
        self.seed = seed
        self.clock = clock
        self.credentials = credentials
        self.wire = wire
        self.folder = folder
        let queue = try TableBuilder.open(TableBuilder.path(agency, in: folder))
        self.queue = queue
        for shape in DatasetShape.of(agency) {
            tables[shape.id.name] = try DatasetTable(shape, queue, now: clock)
            guard agency == .quality else { continue }
            var shelf = QualityShelf(shape, queue, folder: folder + "/files")
            try shelf.publish(at: clock.seconds)
            shelves[shape.id.name] = shelf
        }
    }

    // MARK: Requests

    mutating func answer(_ call: AgencyCall) throws -> AgencyAnswer {
        requests += 1
        let dataset = dataset(of: call) ?? ""
        if isRestless { try stir(dataset) }
        let fault = strike(dataset, call)
        if let kind = fault?.kind, let answer = replacement(kind, call) { return answer }
        if fault?.kind == .replacedFile { try replaceFile(fault?.dataset) }
        if agency == .quality, let fault, let name = fault.dataset, name != "manifest", fault.kind.mayFillAFile {
            try shelves[name]?.makeHostile(fault.kind)
            hostile.insert(name)
            return try self.answer(call, tables[dataset], nil)
        }
        var answer = try answer(call, tables[dataset], fault?.kind, lacking: fault?.kind == .gap ? fault?.dataset : nil)
        switch fault?.kind {
        case .refuse: answer.breaking = .refused
        case .cutHead: answer.breaking = .inHead
        case .reset(let count): answer.breaking = .reset(count)
        case .truncate(let count): answer.breaking = .closed(count)
        case .cut(let count): try cut(&answer, to: count)
        case .hang(let seconds): answer.delay = seconds
        case .trickle: answer.pace = .byteASecond
        case .endless: answer.pace = .endless
        case .stall(let count, let seconds): answer.pace = .stall(count, seconds: seconds)
        case .wrongDigest where dataset == "manifest":
            misstate("SHA256", String(repeating: "0", count: 64), of: fault?.dataset, in: &answer)
        case .wrongDigest: try spoil(&answer)
        case .wrongEntry(let name, let text): misstate(name, text, of: fault?.dataset, in: &answer)
        case let kind?: HostileBody(kind)?.befall(&answer)
        case nil: break
        }
        return answer
    }

    /// 质监's files in the manifest's order.
    var listed: [QualityFile] { DatasetShape.of(agency).flatMap { shelves[$0.id.name]?.listed ?? [] } }

    private func dataset(of call: AgencyCall) -> String? {
        switch agency {
        case .hongdun: HongDunDialect.dataset(of: call)
        case .statetax: StateTaxDialect.dataset(of: call)
        case .localtax: LocalTaxDialect.dataset(of: call)
        default: QualityDialect.dataset(of: call)
        }
    }

    private func answer(
        _ call: AgencyCall,
        _ table: DatasetTable?,
        _ fault: Fault.Kind?,
        lacking: String? = nil
    ) throws -> AgencyAnswer {
        let (user, password) = (credentials.user, credentials.password)
        switch agency {
        case .hongdun:
            return try HongDunDialect(seed: seed, token: credentials.token, wire: wire, generation: generation)
                .answer(call, table, fault: fault)
        case .statetax:
            return try StateTaxDialect(seed: seed, user: user, password: password, wire: wire, clock: clock)
                .answer(call, table, fault: fault)
        case .localtax:
            return try LocalTaxDialect(seed: seed, user: user, password: password, wire: wire).answer(
                call,
                table,
                fault: fault
            )
        default:
            var files = listed
            if let missing = files.filter({ $0.dataset == lacking }).dropLast().last {
                files.removeAll { $0.dataset == lacking && $0.serial == missing.serial }
            }
            return QualityDialect(seed: seed, token: credentials.token, wire: wire, folder: folder + "/files")
                .answer(call, files, clock: clock, fault: fault)
        }
    }

    // MARK: Faults

    mutating func script(_ fault: Fault) { faults.append(fault) }

    mutating func clearFaults() { faults = [] }

    /// Files that a fault made hostile are what they were.
    mutating func healFiles() throws {
        for name in hostile { try shelves[name]?.heal() }
        hostile = []
    }

    mutating func expireCursors() { generation += 1 }

    private mutating func strike(_ dataset: String, _ call: AgencyCall) -> Fault? {
        var found: Fault?
        for index in faults.indices {
            // Where no cursor is given, none can have expired.
            if faults[index].kind == .expiredCursor, call.query["after"] ?? "" == "" { continue }
            // What befalls a file may be asked of the manifest by the file's dataset.
            let kind = faults[index].kind
            let isHostile = agency == .quality && kind.mayFillAFile && faults[index].dataset != "manifest"
            if isHostile || kind.isAboutManifest, dataset != "manifest", faults[index].dataset != nil { continue }
            let isAboutFile = kind == .replacedFile || kind == .wrongDigest || isHostile || kind.isAboutManifest
            let name = isAboutFile && dataset == "manifest" ? faults[index].dataset ?? dataset : dataset
            let draw = Chance.hash(seed, UInt64(requests), UInt64(index))
            if faults[index].strikes(agency, name, draw), found == nil { found = faults[index] }
        }
        faults.removeAll { $0.times <= 0 }
        return found
    }

    /// The answer of a fault that leaves nothing of the right one.
    private func replacement(_ kind: Fault.Kind, _ call: AgencyCall) -> AgencyAnswer? {
        switch kind {
        case .status(let status, let retry):
            .html(status, "\(status)", headers: retry.map { [("Retry-After", $0)] } ?? [])
        case .html: .html(200, "系统维护中")
        case .missingFile: .html(404, "404 Not Found")
        case .redirect(let location):
            .html(302, "302 Found", headers: [("Location", location == "itself" ? call.target : location)])
        default: nil
        }
    }

    /// The document ends early, and its length says so.
    private func cut(_ answer: inout AgencyAnswer, to count: Int) throws {
        switch answer.body {
        case .bytes(let bytes): answer.body = .bytes(Array(bytes.prefix(count)))
        case .file(let path, let range):
            answer.body = .file(path, range.lowerBound..<min(range.upperBound, range.lowerBound + Int64(count)))
        }
    }

    /// Whether a file can come again without one of its rows.
    func canReplaceFile(_ dataset: String?) -> Bool { shapes(of: dataset).contains { shelves[$0]?.replaceable != nil } }

    private mutating func replaceFile(_ dataset: String?) throws {
        for name in shapes(of: dataset) where try shelves[name]?.replaceNewest() ?? false {
            try tables[name]?.refresh()
            return
        }
    }

    /// The dataset that is named, or all.
    private func shapes(of dataset: String?) -> [String] {
        DatasetShape.of(agency).map(\.id.name).filter { dataset == nil || dataset == "manifest" || dataset == $0 }
    }

    /// The agency lost so many records: it shows them no more and withdraws nothing, so that only a complete re-read tells.
    mutating func lose(_ count: Int, of dataset: String) throws {
        try tables[dataset]?.lose(count, choice: Chance.hash(seed, 0x1057, UInt64(requests)))
    }

    /// Keys of the records that were lost, by dataset.
    var lost: [DatasetID: Set<String>] {
        Dictionary(uniqueKeysWithValues: tables.values.filter { !$0.lost.isEmpty }.map { ($0.shape.id, $0.lost) })
    }

    /// The manifest says something else of the dataset's newest file, or of the last one.
    private func misstate(_ name: String, _ text: String, of dataset: String?, in answer: inout AgencyAnswer) {
        guard case .bytes(let bytes) = answer.body else { return }
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        let mark = dataset.flatMap { $0 == "manifest" ? nil : "数据集=\"\($0)\"" } ?? "<数据包"
        guard let index = lines.lastIndex(where: { $0.contains(mark) }),
            let start = lines[index].firstRange(of: " \(name)=\"")?.upperBound,
            let end = lines[index][start...].firstIndex(of: "\"")
        else { return }
        lines[index].replaceSubrange(start..<end, with: text)
        answer.body = .bytes(Array(lines.joined(separator: "\n").utf8))
    }

    /// One byte of a file is another.
    private func spoil(_ answer: inout AgencyAnswer) throws {
        guard case .file(let path, let range) = answer.body else { return }
        var bytes = [UInt8](
            try Data(contentsOf: URL(fileURLWithPath: path))[Int(range.lowerBound)..<Int(range.upperBound)]
        )
        if let last = bytes.indices.last { bytes[last] ^= 1 }
        answer.body = .bytes(bytes)
    }

    // MARK: Time

    mutating func advance(to time: LocalTime) throws {
        if hasRoom { try closeRoom() }
        clock = max(clock, time)
        for name in Array(tables.keys) {
            try tables[name]?.advance(to: clock)
            try shelves[name]?.publish(at: clock.seconds)
        }
    }

    mutating func makeRestless() throws {
        if !hasRoom {
            for name in Array(tables.keys) {
                try tables[name]?.makeRoom()
                try shelves[name]?.makeRoom(after: clock.seconds)
            }
        }
        hasRoom = true
        isRestless = true
    }

    mutating func rest() { isRestless = false }

    private mutating func closeRoom() throws {
        for name in Array(tables.keys) {
            try tables[name]?.catchUp(after: clock)
            try shelves[name]?.closeRoom(after: clock.seconds)
        }
        hasRoom = false
        isRestless = false
    }

    /// Something happens in the dataset that is asked for; 质监's come out with the next manifest.
    private mutating func stir(_ dataset: String) throws {
        let names = dataset == "manifest" ? DatasetShape.of(agency).map(\.id.name) : agency == .quality ? [] : [dataset]
        guard !names.isEmpty else { return }
        let start = clock
        clock = LocalTime(seconds: start.seconds + DatasetTable.stirring)
        for name in names where tables[name] != nil {
            let choice = Chance.hash(seed, Chance.hash(of: name), UInt64(requests))
            try tables[name]?.stir(after: start, choice: choice)
            if let bound = tables[name]?.lastPlace { try shelves[name]?.cut(upTo: bound, at: clock.seconds) }
        }
    }
}
