// The table anew every second, over the same connection as long as the server keeps it open.
const main = document.querySelector('main'), gone = document.getElementById('gone')

async function refresh() {
  try {
    const answer = await fetch('/table.html', { cache: 'no-store' })
    if (!answer.ok) throw new Error(answer.statusText)
    main.innerHTML = await answer.text()
    gone.textContent = ''
  } catch (error) {
    gone.textContent = 'No answer: the host has ended, or its cable is cut. The table is the last one that came.'
  }
  setTimeout(refresh, 1000)
}
setTimeout(refresh, 1000)
