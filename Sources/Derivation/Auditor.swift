public import CreditModel
public import CreditStore
internal import ServiceKit
internal import Synchronization

/// Derives a store once more, and compares.
///
/// Blocking: for a thread that may wait. A page of components is derived on several threads while the next one is read, so
/// memory does not grow with the store but for a byte a record.
public struct Auditor: Sendable {
    /// What was looked at.
    public struct Report: Hashable, Sendable {
        /// Sets of records derived and compared.
        public var components = 0
        /// Profiles among them.
        public var profiles = 0
        /// Those among the sets that wait to be derived: they need not agree yet.
        public var waiting = 0
        /// Those that rest on damaged statements, and so were not derived.
        public var passedOver = 0
        /// Profiles that wait to be signed.
        public var unsigned = 0
        /// Sets that were derived over what is stored.
        public var mended = 0

        /// Nothing looked at.
        public init() {}
    }

    private let store: any AuditableStore
    private let deriver: Deriver
    private let batchSize: Int
    private let width: Int

    /// Makes an auditor over a store.
    ///
    /// - Parameters:
    ///   - store: Whose components are derived.
    ///   - deriver: Derives as the store's own profiles were derived.
    ///   - batchSize: Components at once.
    public init(store: any AuditableStore, deriver: Deriver, batchSize: Int = 400) {
        self.store = store
        self.deriver = deriver
        self.batchSize = max(1, batchSize)
        width = deriver.width
    }

    /// Compares every component with what is stored of it.
    ///
    /// - Parameters:
    ///   - day: The day of the profiles: what is due on it waits.
    ///   - audit: Who is told.
    ///   - damaged: What nothing can be built on.
    /// - Returns: What was looked at.
    /// - Throws: ``AuditStopped``, and what the store throws.
    public func check(
        on day: Day,
        _ audit: Audit,
        sparing damaged: DamagedStatements = DamagedStatements()
    ) throws -> Report {
        var report = Report()
        let walk = AuditWalk(sparing: damaged)
        try eachPage(of: walk, on: day, "checking profiles", handsOut: false, audit) { page, walk in
            let suspects = try page.parallelMap(width: width) { audited in
                audited.isWaiting ? [] : findings(of: audited, deriver.derivation(of: audited.component, on: day))
            }
            for (audited, found) in zip(page, suspects) {
                report.add(audited)
                if !found.isEmpty, try !confirm(audited, on: day, audit) { report.waiting += 1 }
            }
            report.passedOver = walk.passedOver
        }
        return report
    }

    /// Derives every component, and stores it where what is stored is not the same, or waits.
    ///
    /// - Parameters:
    ///   - day: The day of the profiles.
    ///   - audit: Who is told of what was wrong.
    ///   - damaged: What nothing can be built on: it is left as it is.
    ///   - now: POSIX seconds, asked at each commit.
    /// - Returns: What was done.
    /// - Throws: ``AuditStopped``, and what the store throws; what was stored until then is kept.
    public func rebuild(
        on day: Day,
        _ audit: Audit,
        sparing damaged: DamagedStatements,
        now: () -> Int64
    ) throws -> Report {
        var report = Report()
        // Links were made right before; only statements are spared.
        var damaged = damaged
        damaged.unlinked = []
        let walk = AuditWalk(sparing: damaged)
        try eachPage(of: walk, on: day, "deriving anew", handsOut: true, audit) { page, walk in
            let derived = try page.parallelMap(width: width) { audited in
                var component = audited.component
                // What cannot be served is signed anew.
                let isServed = audited.enterprises.values.allSatisfy { $0.profile?.isServed == true }
                if !isServed { component.versions = [] }
                let derivation = deriver.derivation(of: component, on: day)
                return (derivation: derivation, findings: findings(of: audited, derivation))
            }
            var wrong: [Derivation] = []
            for (audited, derived) in zip(page, derived) {
                report.add(audited)
                guard audited.isWaiting || !derived.findings.isEmpty else { continue }
                if !audited.isWaiting { for finding in derived.findings { audit.report(finding) } }
                wrong.append(derived.derivation)
            }
            if !wrong.isEmpty { try store.mend(wrong, at: now()) }
            report.mended += wrong.count
            report.passedOver = walk.passedOver
        }
        return report
    }

    /// A walk that two threads take turns with.
    private final class SharedWalk: Sendable {
        let walk: Mutex<AuditWalk>
        init(_ walk: AuditWalk) { self.walk = Mutex(walk) }

        var state: (progress: (done: Int, all: Int), passedOver: Int) {
            walk.withLock { ($0.progress, $0.passedOver) }
        }
    }

    /// Hands over page by page, while the next one is read.
    private func eachPage(
        of walk: AuditWalk,
        on day: Day,
        _ step: String,
        handsOut: Bool,
        _ audit: Audit,
        _ body: ([AuditedComponent], (progress: (done: Int, all: Int), passedOver: Int)) throws -> Void
    ) throws {
        let shared = SharedWalk(walk)
        let (store, limit) = (store, batchSize)
        let read = { @Sendable in
            try shared.walk.withLock { walk in
                try store.auditedComponents(&walk, limit: limit, on: day, handsOut: handsOut)
            }
        }
        var page = try read()
        while true {
            let state = shared.state
            try audit.note(step, state.progress.done, of: state.progress.all)
            guard !page.isEmpty else {
                guard state.progress.done < state.progress.all else { return try body([], state) }
                page = try read()
                continue
            }
            let next = Ahead(read)
            // However this round ends, nobody reads after it.
            defer { _ = try? next.value() }
            try body(page, state)
            page = try next.value()
        }
    }

    private func findings(of audited: AuditedComponent, _ derivation: Derivation) -> [Finding] {
        var comparison = ComponentComparison(audited, derivation) { id in (try? store.currentID(of: id)) ?? nil }
            .findings
        for profile in derivation.profiles {
            for annex in profile.annexes where (try? store.annex(annex.digest))??.bytes != annex.bytes {
                comparison.append(
                    Finding(
                        .document,
                        in: "annex",
                        enterprise: profile.id,
                        row: annex.digest,
                        "the rest of one of its lists is gone or damaged",
                        isRepairable: true
                    )
                )
            }
        }
        return comparison
    }

    /// Looks again at what seems wrong, until nobody writes meanwhile; whether it was told or is right.
    ///
    /// What a component's ids lead to is read after it: a sync may have come between.
    private func confirm(_ audited: AuditedComponent, on day: Day, _ audit: Audit) throws -> Bool {
        for _ in 0..<100 {
            let position = try store.storePosition()
            guard let again = try store.auditedComponent(of: audited.start, on: day) else { return true }
            if again.isWaiting { return false }
            let found = findings(of: again, deriver.derivation(of: again.component, on: day))
            guard try store.storePosition() == position else { continue }
            for finding in found { audit.report(finding) }
            return true
        }
        return false
    }
}

extension Auditor.Report {
    fileprivate mutating func add(_ audited: AuditedComponent) {
        components += 1
        profiles += audited.enterprises.values.count { $0.profile != nil }
        waiting += audited.isWaiting ? 1 : 0
        unsigned += audited.enterprises.values.count { $0.profile?.isSigned == false }
    }
}
