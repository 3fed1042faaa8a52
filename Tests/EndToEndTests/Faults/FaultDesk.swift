import AdapterKit
import AdapterRegistry
import AgencySimulator
import CreditModel
import CreditStore
import Derivation
import Foundation
import Ingestion
import SQLiteStore
import Testing

/// What a store holds of one dataset, as far as two stores may be compared.
struct StoreContent: Sendable, Equatable {
    /// By key: each version's digest, operation, time and sequence.
    var histories: [RecordKey: [String]] = [:]
    /// Open quarantine: rule and key.
    var quarantine: [String] = []
    var progress: StoredProgress?
    var profiles: [EnterpriseID: [UInt8]] = [:]

    /// What is not the same, in words.
    func difference(from other: StoreContent, butProfiles: Bool = false) -> [String] {
        var found = Set(histories.keys).union(other.histories.keys).filter { histories[$0] != other.histories[$0] }
            .map { "\($0): \(histories[$0] ?? []), not \(other.histories[$0] ?? [])" }
        if quarantine != other.quarantine { found.append("quarantine: \(quarantine), not \(other.quarantine)") }
        if progress != other.progress {
            found.append("progress: \(String(describing: progress)), not \(String(describing: other.progress))")
        }
        if !butProfiles {
            found += Set(profiles.keys).union(other.profiles.keys).filter { profiles[$0] != other.profiles[$0] }
                .map { "profile \($0)" }
        }
        return found
    }
}

/// A store of one dataset in a folder of its own, and what fills it.
final class FaultDesk: Sendable {
    static let day = Day(year: 2018, month: 6, day: 1) ?? LocalTime(posix: 0).day

    let lane: FaultLane
    let dataset: DatasetID
    let store: SQLiteStore
    private let folder: String

    init(_ lane: FaultLane) throws {
        self.lane = lane
        dataset = lane.dataset
        folder = NSTemporaryDirectory() + "faults-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(path: folder + "/store.sqlite")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Pulls once from `base`; never waits between tries.
    func sync(
        from base: String,
        limits: FeedLimits = .patient,
        attempts: Int = 8,
        isStopped: @escaping @Sendable () -> Bool = { false }
    ) async throws -> RunReport {
        let type = try #require(AdapterRegistry.adapter(dataset.agency))
        let adapter = try type.init(
            SourceConfiguration(
                agency: dataset.agency,
                baseURL: base,
                token: Secret("suixin-token"),
                user: "suixin",
                password: Secret("suixin-password"),
                since: dataset.agency == .statetax ? Day("2017-10-01") : nil,
                pageSize: lane.pageSize
            )
        )
        var options = Ingestor.Options(spoolFolder: folder + "/spool")
        options.limits = limits
        options.retry.attempts = attempts
        options.width = 1
        let ingestor = Ingestor(
            store: store,
            adapters: [dataset.agency: adapter],
            options: options,
            secret: Exchange.secret,
            now: { 1_530_400_000 },
            random: { .random(in: .min ... .max) },
            sleep: { _ in },
            isStopped: isStopped
        )
        let dataset = dataset
        return try #require(try await blocking { ingestor.sync(datasets: [dataset]).runs.first })
    }

    /// What is held now; profiles only where they are asked for.
    func content(derived: Bool) throws -> StoreContent {
        var content = StoreContent()
        var last: RecordKey?
        while true {
            let page = try store.shownRecords(of: dataset, after: last, limit: 1000)
            for (key, _) in page {
                content.histories[key] = try store.history(of: dataset, key: key)?.versions.map {
                    "\($0.digest) \($0.operation) \($0.modified) \($0.sequence)"
                }
            }
            guard let end = page.last else { break }
            last = end.key
        }
        content.quarantine = try quarantine().map { "\($0.rule) \($0.key?.text ?? "")" }.sorted()
        content.progress = try store.sourceState(of: dataset).progress
        guard derived else { return content }
        _ = try Deriver(store: store, secret: Exchange.secret) { 1 }.derive(on: Self.day)
        for profile in try store.profiles(after: nil, limit: 1000) { content.profiles[profile.id] = profile.bytes }
        return content
    }

    /// What was quarantined; settled entries, where they are asked for, too.
    func quarantine(settled: Bool = false) throws -> [QuarantineEntry] {
        var filter = QuarantineFilter()
        filter.limit = 1000
        filter.onlyOpen = !settled
        return try store.quarantine(filter)
    }

    /// As an operator does who wants everything read again.
    func forgetPosition() throws {
        _ = try store.commit(
            StoreBatch(
                dataset: dataset,
                run: "reset",
                receivedAt: 1_530_400_000,
                position: Array("{}".utf8),
                progress: StoredProgress()
            )
        )
    }
}

extension FeedLimits {
    /// Small bounds on size, and none on time that a healthy agency could exceed, however busy the machine is.
    static let patient: FeedLimits = {
        var limits = FeedLimits()
        limits.page = 1 << 18
        limits.file = 32 << 20
        limits.row = 90_000
        limits.text = 32 << 10
        limits.kept = 4 << 10
        limits.batch = 7
        limits.connectTimeout = 600_000
        limits.firstByteTimeout = 600_000
        limits.stallTimeout = 600_000
        return limits
    }()

    /// The same with short bounds on time, for agencies that say nothing.
    static let hurried: FeedLimits = {
        var limits = patient
        limits.firstByteTimeout = 500
        limits.stallTimeout = 500
        return limits
    }()
}
