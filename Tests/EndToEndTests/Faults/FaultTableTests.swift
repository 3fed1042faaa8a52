import AdapterKit
import AgencySimulator
import CreditModel
import CreditStore
import Foundation
import Glibc
import SQLiteStore
import Testing

/// One fault on one way in, once or again and again.
struct FaultCase: Sendable, CustomTestStringConvertible {
    var row: FaultRow
    var lane: FaultLane
    var isOnce: Bool
    var end: FaultEnd

    var testDescription: String { "\(lane.rawValue): \(row.name), \(isOnce ? "once" : "again and again")" }

    static let all: [FaultCase] = FaultTable.rows.flatMap { row in
        FaultLane.allCases.flatMap { lane in
            [(true, row.once[lane]), (false, row.always[lane])].compactMap { isOnce, end in
                end.map { FaultCase(row: row, lane: lane, isOnce: isOnce, end: $0) }
            }
        }
    }
}

@Suite("Every adapter through every fault", .pooledAgencies)
struct FaultTableTests {
    @Test(
        "ends as the table says, loses and doubles nothing, and is whole on the next good day",
        arguments: FaultCase.all
    )
    func row(_ fault: FaultCase) async throws {
        if case .fault(.replacedFile) = fault.row.trouble { return try await Self.replacedFile(fault.lane) }
        let reference = try await AgencyPool.current.reference(fault.lane)
        try await AgencyPool.current.withAgencies { server in
            for days in Self.days(fault, reference.requests) {
                let desk = try FaultDesk(fault.lane)
                for requests in days { try await Self.badDay(fault, requests, desk, server, reference) }
                try await Self.goodDay(fault, "after \(days)", desk, server, reference.content)
            }
        }
    }

    /// The requests that it hits: store by store, and sync by sync.
    private static func days(_ fault: FaultCase, _ count: Int) -> [[[Int]]] {
        let (first, middle, last) = (1, (count + 1) / 2, count)
        // A file that is bad was made so with the manifest, and there is one of these.
        if case .fault(let kind) = fault.row.trouble, fault.lane == .file, kind.isInDocument { return [[[first]]] }
        guard fault.isOnce else { return [[[middle]]] }
        guard count >= 3 else { return [[[first]]] }
        switch fault.end {
        // Each try that failed counts as a request, too.
        case .complete: return [[[first, middle + 1, last + 2]]]
        // One bad day after the other; the second stops amid its requests, and the third has the rest of them to do.
        case .failed where fault.lane != .file: return [[[first], [middle], [last - middle + 1]]]
        default: return [first, middle, last].map { [[$0]] }
        }
    }

    private static func badDay(
        _ fault: FaultCase,
        _ requests: [Int],
        _ desk: FaultDesk,
        _ server: AgencyServer,
        _ reference: AgencyPool.Reference
    ) async throws {
        let place: Comment = "hit at \(requests)"
        let good = server.baseURL(fault.lane.dataset.agency)
        let run: RunReport
        switch fault.row.trouble {
        case .nobodyListens:
            let port = try DeafPort()
            run = try await desk.sync(from: "http://127.0.0.1:\(port.number)/x")
        case .fault(var kind):
            if fault.lane == .manifest { kind = kind.onRow(reference.manifestRow) }
            for request in requests {
                server.script(
                    Fault(
                        agency: fault.lane.dataset.agency,
                        dataset: fault.asked,
                        request: request,
                        times: fault.isOnce ? 1 : .max,
                        kind: kind
                    )
                )
            }
            let isSlow = fault.row.trouble.isSlow
            run = try await desk.sync(
                from: good,
                limits: isSlow ? .hurried : .patient,
                attempts: isSlow && !fault.isOnce ? 2 : 8
            )
        }
        try check(fault.end, run, desk, reference.content, place)
        server.clearFaults()
        try server.healFiles()
    }

    private static func goodDay(
        _ fault: FaultCase,
        _ place: Comment,
        _ desk: FaultDesk,
        _ server: AgencyServer,
        _ reference: StoreContent
    ) async throws {
        let good = server.baseURL(fault.lane.dataset.agency)
        if case .quarantined = fault.end, fault.lane != .file {
            // A row that came broken twice counts as the agency's own: it is read again from the start, or in a new version.
            #expect(try await desk.sync(from: good).error == "", place)
            try desk.forgetPosition()
        }
        let next = try await desk.sync(from: good)
        #expect(next.error == "", place)
        let content = try desk.content(derived: true)
        #expect(content.difference(from: reference) == [], place)
        if case .complete = fault.end { #expect(next.outcome.taken == 0, place) }
    }

    /// The agency itself says something else then, so it is compared with one that said so from the start.
    private static func replacedFile(_ lane: FaultLane) async throws {
        let server = try await AgencyPool.current.start()
        let base = server.baseURL(lane.dataset.agency)
        let desk = try FaultDesk(lane)
        #expect(try await desk.sync(from: base).error == "")
        let before = try desk.content(derived: false)
        server.script(Fault(agency: lane.dataset.agency, dataset: lane.dataset.name, kind: .replacedFile))
        #expect(try await desk.sync(from: base).error == "")
        let fresh = try FaultDesk(lane)
        #expect(try await fresh.sync(from: base).error == "")
        let (content, expected) = (try desk.content(derived: true), try fresh.content(derived: true))
        #expect(content.difference(from: expected) == [])
        #expect(content.difference(from: before) != [])
    }

    /// Whether the sync ended so, and whether what it took is what the agency has.
    private static func check(
        _ end: FaultEnd,
        _ run: RunReport,
        _ desk: FaultDesk,
        _ reference: StoreContent,
        _ place: Comment
    ) throws {
        let content = try desk.content(derived: false)
        // Those that a later version of their record settled at once are among them.
        let new = try desk.quarantine(settled: true)
        for (key, history) in content.histories {
            let whole = reference.histories[key] ?? []
            #expect(Set(history).isSubset(of: whole) && Set(history).count == history.count, "\(key) \(history)")
        }
        let lost = Set(reference.histories.keys).subtracting(content.histories.keys)
        switch end {
        case .complete:
            #expect(run.error == "", place)
            #expect(content.difference(from: reference, butProfiles: true) == [], place)
        case .quarantined(let rule):
            #expect(run.error == "", place)
            let rules = Set(new.map(\.rule))
            #expect(rules == [rule], place)
            #expect(new.allSatisfy { $0.original.count <= FeedLimits.patient.kept }, place)
            #expect(lost.isSubset(of: new.compactMap(\.key)), place)
        case .refusedFile(let words):
            #expect(run.error == "", place)
            let reasons = try desk.store.refusals(limit: 100).map(\.why)
            let fits = !reasons.isEmpty && reasons.allSatisfy { words.isEmpty || $0.contains(words) }
            #expect(fits, "\(reasons)")
            #expect(content.progress?.incomplete.isEmpty == false, place)
            #expect(new.isEmpty, "\(new)")
        case .incomplete(let reason):
            #expect(run.error == "", place)
            #expect(content.progress?.incomplete.contains { $0.hasPrefix(reason) } == true, place)
            #expect(new.isEmpty, "\(new)")
        case .failed(let code, let words):
            #expect(run.error.hasPrefix("\(code): ") && (words.isEmpty || run.error.contains(words)), "\(run.error)")
            #expect(try desk.store.sourceState(of: desk.dataset).lastError == run.error, place)
            #expect(new.isEmpty, "\(new)")
        }
    }
}

extension FaultCase {
    /// The dataset that a fault names, so that it hits this way and, of 质监's files, their bytes.
    fileprivate var asked: String {
        guard lane == .manifest, case .fault(let kind) = row.trouble else { return lane.asked }
        switch kind {
        case .gap, .wrongEntry, .replacedFile: return lane.dataset.name
        default: return lane.asked
        }
    }
}

extension Fault.Kind {
    fileprivate var isInDocument: Bool {
        switch self {
        case .malformedRow, .undecodableRow, .hugeRow, .deepNesting, .doctype, .entityBomb, .externalEntity,
            .foreignEncoding, .gzipBomb:
            true
        default: false
        }
    }

    /// The same in another row.
    fileprivate func onRow(_ number: Int) -> Fault.Kind {
        switch self {
        case .malformedRow: .malformedRow(number)
        case .undecodableRow: .undecodableRow(number)
        default: self
        }
    }
}

/// A port that nobody else can take and where nobody listens: connections are refused.
private final class DeafPort {
    let number: Int
    private let descriptor: Int32

    struct Failure: Error {}

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = descriptor
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else { throw Failure() }
        number = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { _ = close(descriptor) }
}
