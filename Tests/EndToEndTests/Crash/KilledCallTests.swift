import CanonicalJSON
import Foundation
import Glibc
import Testing

/// A call with an `Idempotency-Key` while the exchange that carries it out is killed.
@Suite("Calls to an exchange that dies", .serialized)
struct KilledCallTests {
    @Test(
        "Whenever it dies, the call that is sent again has one effect, and is answered as it was if it was",
        .timeLimit(.minutes(10))
    )
    func killed() async throws {
        try await blocking {
            let desk = try CommandDesk(enterprises: 5)
            defer { desk.close() }
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            #expect(try desk.suixin("sync").status == 0)
            #expect(try desk.suixin("clients", "add", "one", "--scope", "watch:write").status == 0)
            let key = try desk.suixin("clients", "keys", "add", "one").output.trimmingCharacters(in: .newlines)
            var names: [String] = []
            for round in 0..<8 {
                let first = try Exchange(desk)
                let call = try Call(desk, first.address, key, round)
                // At once, soon, or when it was answered: whatever had happened by then, the rest holds.
                if round % 4 == 3 { _ = call.answer() } else { usleep(UInt32(round % 4) * 15_000) }
                first.kill()
                let heard = call.answer()

                let second = try Exchange(desk)
                let again = try Call(desk, second.address, key, round).answer()
                let name = try #require(try JSONValue(parsing: Array(again.utf8))["id"]?.string, "\(again)")
                #expect(heard.isEmpty || heard == again)
                #expect(try Call(desk, second.address, key, round).answer() == again)
                names.append(name)
                let lists = try Run(
                    "/usr/bin/env",
                    ["curl", "-s"] + Call.headers(key) + [second.address + "/v1/watch-lists"]
                ).json
                #expect(lists["lists"]?.array?.compactMap { $0["id"]?.string } == names)
                second.kill()
            }
        }
    }

    /// A running `suixin serve`.
    private final class Exchange {
        let address: String
        private let process = Process()

        init(_ desk: CommandDesk) throws {
            let ready = desk.folder + "/ready-" + UUID().uuidString
            process.executableURL = URL(filePath: Run.programs + "/suixin")
            process.arguments = ["serve", "--port", "0", "--ready-file", ready]
            process.currentDirectoryURL = URL(filePath: desk.folder)
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            process.standardInput = FileHandle.nullDevice
            try process.run()
            address = try CommandDesk.wait(for: ready)
        }

        func kill() {
            Glibc.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    /// A list that is being made.
    private final class Call {
        private let process = Process()
        private let file: String

        static func headers(_ key: String) -> [String] {
            ["-H", "Authorization: Bearer \(key)", "-H", "Suixin-Purpose: dispute"]
        }

        init(_ desk: CommandDesk, _ address: String, _ key: String, _ round: Int) throws {
            file = desk.folder + "/answer-" + UUID().uuidString
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments =
                [
                    "curl", "-s", "-f", "-o", file, "-H", "Content-Type: application/json", "-H",
                    "Idempotency-Key: \"\(round)\"",
                ]
                + Self.headers(key) + ["--data", "{\"name\":\"list \(round)\"}", address + "/v1/watch-lists"]
            process.standardError = FileHandle.nullDevice
            process.standardInput = FileHandle.nullDevice
            try process.run()
        }

        /// Empty where there was none, or none that is whole.
        func answer() -> String {
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { return "" }
            return (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        }
    }
}
