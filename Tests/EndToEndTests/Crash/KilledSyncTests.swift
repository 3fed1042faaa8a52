import CanonicalJSON
import Foundation
import Testing

/// A sync is killed, taken up again, and must come to what it would have come to.
@Suite("A sync that is killed anywhere", .serialized)
struct KilledSyncTests {
    /// One kind of call on one kind of file, such as flushing the log.
    private struct CallClass: Hashable {
        let kind: String
        let suffix: String

        init(_ call: NotedCall) {
            kind = call.kind
            if call.file.hasPrefix("data/spool/") {
                suffix = call.file.hasSuffix(".xml.gz") ? ".xml.gz" : call.file
            } else {
                suffix = "/" + call.file
            }
        }
    }

    /// Seeded points in every class of calls, more of them where there are many calls.
    private func sample(_ calls: [NotedCall]) -> [SystemFault] {
        var dice = SeededDice(seed: CrashScale.seed)
        var counts: [CallClass: Int] = [:]
        for call in calls { counts[CallClass(call), default: 0] += 1 }
        var faults: [SystemFault] = []
        for (one, count) in counts.sorted(by: { ($0.key.kind, $0.key.suffix) < ($1.key.kind, $1.key.suffix) })
        where one.kind != "folder" {
            for _ in 0..<(count > 50 ? 3 : 1) {
                let effect = [SystemFault.Effect.kill, .killAfter, one.kind == "write" ? .tear : .kill]
                faults.append(
                    SystemFault(
                        at: Int.random(in: 1...count, using: &dice),
                        effect: effect.randomElement(using: &dice) ?? .kill,
                        calls: [one.kind],
                        suffix: one.suffix
                    )
                )
            }
        }
        // What is many stays, of the rest another few are drawn with each seed.
        let many = faults.filter { fault in faults.count { $0.suffix == fault.suffix && $0.calls == fault.calls } > 1 }
        let few = faults.filter { fault in !many.contains { $0.suffix == fault.suffix && $0.calls == fault.calls } }
        return many + few.shuffled(using: &dice).prefix(8)
    }

    /// Before every call, after every one that flushes or names, in the middle of every one that writes.
    private func everything(_ calls: [NotedCall]) -> [SystemFault] {
        func every(_ effect: SystemFault.Effect, _ kinds: [String]) -> [SystemFault] {
            let count = calls.count { kinds.isEmpty || kinds.contains($0.kind) }
            return stride(from: 1, through: count, by: CrashScale.step).map {
                SystemFault(at: $0, effect: effect, calls: kinds)
            }
        }
        return every(.kill, []) + every(.killAfter, ["sync", "name", "folder", "open"]) + every(.tear, ["write"])
    }

    @Test("At each kind of system call: the next sync comes to the same store", .timeLimit(.minutes(600)))
    func everyCall() async throws {
        let desk = try await blocking { try CommandDesk(enterprises: 10) }
        defer { desk.close() }
        let scene = try await blocking { () -> (CrashSite, CrashSite.State, [NotedCall]) in
            let new = try CrashSite(desk)
            let undisturbed = try CrashSite(new)
            let calls = try undisturbed.calls(of: ["sync"] + CrashSite.day)
            return (new, try undisturbed.state(), calls)
        }
        let (new, wanted, calls) = scene
        #expect(
            calls.count > 300 && Set(calls.map(\.kind)).isSuperset(of: ["write", "sync", "name", "open", "truncate"])
        )
        let faults = CrashScale.isExhaustive ? everything(calls) : sample(calls)
        try await inParallel(faults) { fault in
            let site = try CrashSite(new)
            let killed = try site.sync(fault: fault)
            // Another order of the agencies' threads may make a call fewer; then it has ended well.
            #expect(killed.status == 9 || killed.status == 0, "\(fault): \(killed.errors)")
            let asItLies = try site.suixin("sources")
            #expect(
                asItLies.status == 1 || asItLies.status == 2 || asItLies.status == 0,
                "\(fault): \(asItLies.errors)"
            )
            let resumed = try site.sync()
            #expect(resumed.status == 0, "\(fault): \(resumed.errors)")
            #expect(try site.state() == wanted, "\(fault)")
            #expect(site.leftovers.isEmpty, "\(fault): \(site.leftovers)")
        }
    }

    @Test("Again and again, until it is through: no commit is lost, none done twice", .timeLimit(.minutes(60)))
    func againAndAgain() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 4, enterprises: 25)
            defer { desk.close() }
            let new = try CrashSite(desk)
            let undisturbed = try CrashSite(new)
            let count = try undisturbed.calls(of: ["sync"] + CrashSite.day).count
            var dice = SeededDice(seed: CrashScale.seed)
            for _ in 0..<(CrashScale.isExhaustive ? 20 : 1) {
                let site = try CrashSite(new)
                var kills = 0
                var last: Int64 = 0
                while true {
                    let effect = [SystemFault.Effect.kill, .killAfter, .tear].randomElement(using: &dice) ?? .kill
                    let at = Int.random(in: count / 8...count / 3, using: &dice)
                    let run = try site.sync(fault: SystemFault(at: at, effect: effect))
                    if run.status == 0 { break }
                    try #require(run.status == 9, "\(run.errors)")
                    kills += 1
                    let told = try site.suixin("sources", "--json")
                    // A store that was not even made when it was killed holds nothing.
                    let sources = told.status == 1 ? [] : try told.json.array ?? []
                    let records = sources.reduce(into: Int64(0)) { $0 += $1["records"]?.integer ?? 0 }
                    #expect(records >= last, "what was committed stays")
                    last = records
                }
                #expect(kills > 2)
                #expect(try site.state() == undisturbed.state())
                #expect(try site.verifiedExport())
            }
        }
    }

    @Test(
        "At random moments",
        .enabled(if: CrashScale.isExhaustive, "make crash tries it: moments are not the same twice"),
        .timeLimit(.minutes(600))
    )
    func randomMoments() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 5, enterprises: 40)
            defer { desk.close() }
            let new = try CrashSite(desk)
            let undisturbed = try CrashSite(new)
            let start = Date()
            try undisturbed.sync()
            let duration = Date().timeIntervalSince(start)
            let wanted = try undisturbed.state()
            for _ in 0..<max(1, 100 / CrashScale.step) {
                let site = try CrashSite(new)
                let moment = Double.random(in: 0...duration)
                let run = try site.sync(killedAfter: moment)
                #expect([0, 9, 137].contains(run.status), "\(run.errors)")
                #expect(try site.sync().status == 0)
                #expect(try site.state() == wanted, "killed after \(moment) s")
            }
        }
    }
}

/// Two at a time, each on a thread that may wait.
func inParallel<Element: Sendable>(
    _ elements: [Element],
    _ body: @escaping @Sendable (Element) throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, element) in elements.enumerated() {
            if index >= 2 { try await group.next() }
            group.addTask { try await blocking { try body(element) } }
        }
        try await group.waitForAll()
    }
}
