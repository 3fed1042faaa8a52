import CanonicalJSON
import Foundation
import Testing

/// A clock that is set forward and back between runs.
@Suite("A clock that jumps", .serialized)
struct ClockTests {
    /// The payload of a signed document.
    private func payload(_ document: String) throws -> JSONValue {
        let part = try JSONValue(parsing: Array(document.utf8))["payload"]?.string ?? ""
        var text = part.replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return try JSONValue(parsing: Array(Data(base64Encoded: text) ?? Data()))
    }

    @Test(
        "The status goes on only forward, no profile is lost, and what was signed stays good",
        .timeLimit(.minutes(20))
    )
    func jumps() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 8, enterprises: 10)
            defer { desk.close() }
            let new = try CrashSite(desk)
            let year: Int64 = 365 * 86_400
            let steady = try CrashSite(new)
            let jumping = try CrashSite(new)
            var last: (iat: Int64, position: Int64, clock: Int64) = (0, 0, 0)
            for (clock, day) in [
                (0, "2018-06-01"), (10 * year, "2018-07-01"), (-10 * year, "2018-08-01"), (3600, "2018-09-01"),
                (0, "2018-10-01"),
            ] {
                try desk.control("POST", "pass?to=\(day)")
                #expect(try steady.sync().status == 0)
                let run = try jumping.sync(fault: SystemFault(clock: clock))
                #expect(run.status == (clock < last.clock ? 2 : 0), "\(clock): \(run.output)\(run.errors)")
                let status = try jumping.suixin(["sources", "--jws"], fault: SystemFault(clock: clock))
                let signed = try payload(status.output)
                let iat = signed["iat"]?.integer ?? 0
                let position = signed["position"]?.integer ?? 0
                #expect(iat >= last.iat && position > last.position, "\(clock): \(iat) after \(last.iat)")
                #expect(signed["exp"]?.integer == iat + 7200)
                last = (iat, position, max(last.clock, clock))
                #expect(try jumping.dump() == steady.dump(), "\(clock)")
            }
            #expect(try jumping.verifiedExport())
            // The last status was signed ten years ahead, and whoever has a good clock is told so.
            try Data(try jumping.suixin("sources", "--jws").output.utf8).write(
                to: URL(filePath: jumping.folder + "/status")
            )
            let verified = try jumping.suixin("verify", "status", "--jwks", "jwks.json")
            #expect(verified.status == 2 && verified.output.contains("future"), "\(verified.output)")
        }
    }

    @Test("Who sets the clock back is told that the status is ahead of it", .timeLimit(.minutes(20)))
    func told() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 8, enterprises: 10)
            defer { desk.close() }
            let site = try CrashSite(desk)
            #expect(try site.sync(fault: SystemFault(clock: 86_400)).errors.isEmpty)
            let run = try site.sync()
            #expect(run.status == 2 && run.errors.contains("clock") && run.errors.contains("status"), "\(run.errors)")
            #expect(try site.sync(fault: SystemFault(clock: 90_000)).errors.isEmpty, "the clock is right again")
        }
    }

    @Test("A day that is gone back gives the profiles of that day", .timeLimit(.minutes(20)))
    func days() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 8, enterprises: 25)
            defer { desk.close() }
            let new = try CrashSite(desk)
            let steady = try CrashSite(new)
            try steady.sync()
            let jumping = try CrashSite(new)
            for day in ["2010-01-01", "2038-01-01", "2018-06-01"] {
                #expect(try jumping.suixin("sync", "--day", day).status == 0)
                let isSame = try jumping.dump() == steady.dump()
                #expect(isSame == (day == "2018-06-01"), "\(day)")
            }
        }
    }
}
