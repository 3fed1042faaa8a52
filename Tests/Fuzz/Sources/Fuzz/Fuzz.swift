import FoundationEssentials
import FuzzBodies
import Glibc

/// The fuzzer's own loop: it takes the options, calls the function with one input after another, and returns a status.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// The surface, by the environment and not by an argument: the fuzzer starts itself again with its own options.
private let surface = FuzzSurface.all.first { $0.name == ProcessInfo.processInfo.environment["SUIXIN_SURFACE"] }

/// SwiftPM's name for `main` of this target, which on Linux only this attribute gives beside `-sanitize=fuzzer`.
///
/// Without options for the fuzzer: `list` names the surfaces; `seeds FEEDS OUT` writes seeds and dictionary of one.
@_cdecl("Fuzz_main")
public func fuzzMain(
    _ count: Int32,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
    let words = CommandLine.arguments
    if words.dropFirst().first == "list" {
        for surface in FuzzSurface.all { print(surface.name, surface.mostBytes) }
        return 0
    }
    guard let surface else {
        complain("SUIXIN_SURFACE names none of the surfaces.")
        return 64
    }
    if words.count == 4, words[1] == "seeds" {
        do {
            try Preparation(feeds: words[2], folder: words[3]).write(surface)
            return 0
        } catch {
            complain("\(error)")
            return 1
        }
    }
    var count = count
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe arguments
    return unsafe runDriver(&count, &arguments, testOneInput)
}

/// One input: a violation ends the process, so that the fuzzer keeps the input.
///
/// The name is the fuzzer's: its own `main`, which is linked but not used, refers to it.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let surface else { return -1 }
    do {
        try surface.run(unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        complain("VIOLATION of \(surface.name): \(error)")
        abort()
    }
    return 0
}

private func complain(_ text: String) {
    let bytes = Array("\(text)\n".utf8)
    _ = unsafe write(2, bytes, bytes.count)
}
