import AdapterKit
import AgencySimulator
import CanonicalJSON
import CreditModel
import CreditStore
import Foundation
import SQLiteStore
import Testing

/// What a hostile agency may cost, by counters and not by the clock.
@Suite("A hostile agency costs no more than the limits say", .pooledAgencies)
struct FaultLimitsTests {
    @Test(
        "A body without end is read to the limit of a page, three times",
        arguments: [FaultLane.hongdun, .statetax, .localtax, .manifest]
    )
    func endless(_ lane: FaultLane) async throws {
        try await AgencyPool.current.withAgencies { server in
            let agency = lane.dataset.agency
            let before = server.requests(agency)
            server.script(Fault(agency: agency, dataset: lane.asked, times: .max, kind: .endless))
            let desk = try FaultDesk(lane)
            let run = try await desk.sync(from: server.baseURL(agency))
            #expect(run.error.hasPrefix("limit: "))
            #expect(run.error.contains("larger than \(FeedLimits.patient.page) bytes"))
            #expect(server.requests(agency) - before == 3)
        }
    }

    @Test(
        "Whatever comes, the program's memory grows by less than a few pages",
        arguments: [
            (#"{"agency":"localtax","times":9,"kind":"entityBomb"}"#, "hostile"),
            (#"{"agency":"quality","dataset":"ZZJGDM","kind":"gzipBomb"}"#, "gap:"),
        ]
    )
    func memory(_ fault: String, _ words: String) async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 22, enterprises: 10)
            defer { desk.close() }
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            let good = try Self.peak(desk, store: "good.sqlite")
            try desk.control("POST", "faults", body: "[\(fault)]")
            let bad = try Self.peak(desk, store: "bad.sqlite")
            #expect(bad.kilobytes - good.kilobytes < 32 << 10, "\(good.kilobytes) kB, then \(bad.kilobytes) kB")
            #expect(bad.output.contains(words), "\(bad.output)")
        }
    }

    /// Runs a sync with a small limit of pages, and tells the greatest size that it had in memory.
    private static func peak(_ desk: CommandDesk, store: String) throws -> (kilobytes: Int, output: String) {
        let measure = """
            import resource, subprocess, sys
            run = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            sys.stdout.flush()
            sys.stdout.buffer.write(run.stdout)
            """
        let run = try Run(
            "/usr/bin/env",
            ["python3", "-c", measure, Run.programs + "/suixin", "sync"]
                + ["store=\(store)", "limits.pageBytes=2000000", "retry.attempts=2", "retry.firstDelayMilliseconds=1"]
                .flatMap { ["--set", $0] },
            in: desk.folder
        )
        let lines = run.output.split(separator: "\n", maxSplits: 1)
        return (try #require(lines.first.flatMap { Int($0) }, "\(run.errors)"), String(lines.last ?? ""))
    }
}
